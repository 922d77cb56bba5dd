#pragma once

#include "db/table_archive.hpp"
#include "engines/sqlite/file_exchange.hpp"

namespace keel::sqlite {

/// Rows in COPY's binary form, a stream "table/N" a table; how they are made is in the content's
/// details.
class SqliteTableArchive final : public TableArchive {
  public:
    const FileExchange& files() const noexcept override { return files_; }
    std::vector<TableName> list(Connection& connection) const override;
    DumpContent dump(Connection& connection, const DatabaseUrl& url,
                     std::span<const TableName> tables, StreamWriter& streams,
                     const Context& context) const override;
    std::unique_ptr<TableRestorer> prepare(const TableRestore& restore,
                                           const Context& context) const override;
    StagedDatabase stage(const TableRestore& restore, const Context& context) const override;

  private:
    SqliteFileExchange files_;
};

}  // namespace keel::sqlite
