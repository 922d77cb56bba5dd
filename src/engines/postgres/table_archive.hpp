#pragma once

#include "db/table_archive.hpp"
#include "engines/postgres/engine.hpp"
#include "engines/postgres/file_exchange.hpp"

namespace keel::postgres {

/// Rows as in a whole backup, a stream "table/N" a table; how they are made, as the part of the
/// schema's model that they are, in the content's details.
class PostgresTableArchive final : public TableArchive {
  public:
    explicit PostgresTableArchive(const EngineOptions& options)
        : options_(options), files_(options) {}

    const FileExchange& files() const noexcept override { return files_; }
    std::vector<TableName> list(Connection& connection) const override;
    DumpContent dump(Connection& connection, const DatabaseUrl& url,
                     std::span<const TableName> tables, StreamWriter& streams,
                     const Context& context) const override;
    std::unique_ptr<TableRestorer> prepare(const TableRestore& restore,
                                           const Context& context) const override;
    StagedDatabase stage(const TableRestore& restore, const Context& context) const override;

  private:
    EngineOptions options_;
    PostgresFileExchange files_;
};

}  // namespace keel::postgres
