#pragma once

#include <vector>

#include "db/dialect.hpp"
#include "model/database_url.hpp"
#include "model/table_name.hpp"
#include "ops/kit/operation.hpp"

namespace keel {

/// Whether --table or --schema was given.
bool names_tables(const OptionValues& options);

/// Those of `known` that --table and --schema mean, Keel's own left out. Throws
/// ErrorKind::not_found for a name or pattern that means none, usage for --schema on SQLite.
std::vector<TableName> choose_tables(const OptionValues& options, EngineKind engine,
                                     const std::vector<TableName>& known, const Dialect& dialect);

/// As people say it: without the schema that is every database's default.
std::string table_name(const TableName& table);
/// "schema.table", or the default schema's "table"; what --as is given.
TableName parse_table_name(const std::string& text, const TableName& like);

}  // namespace keel
