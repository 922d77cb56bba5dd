#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/context.hpp"
#include "base/json.hpp"
#include "db/connection.hpp"

namespace keel::postgres {

/// What belongs to a database as a whole, not to anything inside it: owner, privileges, settings
/// (its own and roles' in it), connection limit, comment, encoding and locale; as JSON, for it is
/// part of a backup too. Nothing when there is no such database.
std::optional<Json> read_database_state(Connection& connection, std::string_view name);

/// Gives `name` the owner, privileges, settings and connection limit in `state` (the comment is
/// left to the caller). What this role may not set is said to the log and left out.
void apply_database_state(Connection& maintenance, std::string_view name, const Json& state,
                          Logger& logger);

/// The name and value of an ALTER … SET for one "name=value" of pg_db_role_setting.
std::string setting_assignment(std::string_view setting);

}  // namespace keel::postgres
