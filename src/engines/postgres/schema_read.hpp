#pragma once

#include "db/connection.hpp"
#include "model/schema_model.hpp"

namespace keel::postgres {

/// The whole schema but Keel's own and what extensions brought, from one view of the database, in
/// five queries. Owners and tablespaces are no part of it. Indexes and constraints of partitions
/// that come from their parent's are not named.
SchemaModel read_schema(Connection& connection);

}  // namespace keel::postgres
