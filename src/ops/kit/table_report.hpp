#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "db/dialect.hpp"
#include "model/manifest.hpp"

namespace keel {

/// A table's name as people say it: without the schema that is every database's default.
std::string table_name(const TableContent& table);
/// The user's tables: all but Keel's own.
std::vector<TableContent> user_tables(const Dialect& dialect, std::span<const TableContent> tables);
/// [{name, rows}].
Json tables_json(std::span<const TableContent> tables);
/// "12 tables, 3400 rows".
std::string size_text(std::span<const TableContent> tables);

}  // namespace keel
