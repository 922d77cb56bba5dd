#pragma once

#include <memory>

#include "db/connection.hpp"
#include "db/schema_change.hpp"

namespace keel::postgres {

/// Sets the session's lock_timeout while it lives, if the options have one; PostgreSQL needs no
/// more.
std::unique_ptr<SchemaChangeGuard> guard_schema_change(Connection& connection,
                                                       const SchemaChangeOptions& options);

}  // namespace keel::postgres
