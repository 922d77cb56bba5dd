#pragma once

#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/sql_action.hpp"

/// Nodes about everything but tables, as actions. Each takes the node's body.
namespace keel::postgres {

std::vector<SqlAction> read_drop(const Json& body);
std::vector<SqlAction> read_truncate(const Json& body);
std::vector<SqlAction> read_grant(const Json& body);
SqlAction read_routine(const Json& body);
SqlAction read_enum(const Json& body);
SqlAction read_alter_enum(const Json& body);
SqlAction read_create_domain(const Json& body);
SqlAction read_alter_domain(const Json& body);
SqlAction read_view(const Json& body);
SqlAction read_trigger(const Json& body);
SqlAction read_policy(const Json& body);
SqlAction read_reindex(const Json& body);
SqlAction read_vacuum(const Json& body);
SqlAction read_setting(const Json& body);
SqlAction read_transaction(const Json& body);
/// INSERT, UPDATE, DELETE, MERGE.
SqlAction read_change(ActionKind kind, const Json& body);

}  // namespace keel::postgres
