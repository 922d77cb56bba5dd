#pragma once

#include <map>
#include <string>
#include <vector>

#include "db/engine.hpp"
#include "model/table_name.hpp"

namespace keel {

/// What tells how far tables have come, by the name people say: "newest created_at is 2026-…".
/// Looks at a column that says when, or at a number that is the primary key; where finding its
/// largest value would take reading a large table, nothing is said. Reads only.
std::map<std::string, std::string> newest_rows(const Engine& engine, Connection& connection,
                                               const std::vector<TableName>& tables);

}  // namespace keel
