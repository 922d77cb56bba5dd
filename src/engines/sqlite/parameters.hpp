#pragma once

#include <span>

#include "engines/sqlite/database.hpp"
#include "model/value.hpp"

namespace keel::sqlite {

/// Binds $1, $2 … by their numbers. Texts and blobs are not copied: `params` must outlive the run.
/// Throws ErrorKind::sql when numbers and values do not match, invalid_input for NaN.
void bind_parameters(Database& database, sqlite3_stmt* statement, std::span<const Value> params);

/// Binds one value at SQLite's own index (from 1).
void bind_value(Database& database, sqlite3_stmt* statement, int index, const Value& value);

}  // namespace keel::sqlite
