#pragma once

#include <vector>

#include "base/json.hpp"
#include "model/sql_action.hpp"

/// Nodes about tables and indexes, as actions. Each takes the node's body.
namespace keel::postgres {

SqlAction read_create_table(const Json& body);
SqlAction read_create_table_as(const Json& body);
std::vector<SqlAction> read_alter_table(const Json& body);
SqlAction read_create_index(const Json& body);
SqlAction read_rename(const Json& body);

}  // namespace keel::postgres
