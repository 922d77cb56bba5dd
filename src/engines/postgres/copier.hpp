#pragma once

#include "db/copier.hpp"
#include "engines/postgres/engine.hpp"
#include "engines/postgres/row_port.hpp"

namespace keel::postgres {

/// Between servers: one exported snapshot shared by all workers, tables cut by ranges of pages,
/// COPY's binary form where it means the same everywhere, every table read back and compared, its
/// indexes built as soon as its rows are in. Within a server, where it may be: CREATE DATABASE with
/// the source as template.
class PostgresCopier final : public Copier {
  public:
    explicit PostgresCopier(const EngineOptions& options) : rows_(options), options_(options) {}

    CopiedDatabase stage(const CopyOptions& options, const Context& context) const override;
    std::vector<TableContent> digest(const ConnectOptions& source,
                                     const Context& context) const override;
    bool has_large_objects(Connection& source) const override;
    const RowPort& rows() const noexcept override { return rows_; }

  private:
    PostgresRowPort rows_;
    EngineOptions options_;
};

}  // namespace keel::postgres
