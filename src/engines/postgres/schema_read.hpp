#pragma once

#include "db/connection.hpp"
#include "model/schema_model.hpp"

namespace keel::postgres {

enum class SchemaScope { users, with_internal };

/// The whole schema but (unless asked for) Keel's own and what extensions brought, from one view of
/// the database, in five queries. Owners and tablespaces are no part of it. Indexes and constraints
/// of partitions that come from their parent's are not named.
SchemaModel read_schema(Connection& connection, SchemaScope scope = SchemaScope::users);

}  // namespace keel::postgres
