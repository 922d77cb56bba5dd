#pragma once

#include "db/copier.hpp"
#include "engines/sqlite/row_port.hpp"

namespace keel::sqlite {

/// A copy is the file itself, page by page, in one state of the source; looked through before it
/// takes the target's place.
class SqliteCopier final : public Copier {
  public:
    CopiedDatabase stage(const CopyOptions& options, const Context& context) const override;
    std::vector<TableContent> digest(const ConnectOptions& source,
                                     const Context& context) const override;
    bool has_large_objects(Connection&) const override { return false; }
    const RowPort& rows() const noexcept override { return rows_; }

  private:
    SqliteRowPort rows_;
};

}  // namespace keel::sqlite
