#pragma once

#include "db/connection.hpp"
#include "ops/migrate/script.hpp"

namespace keel {

/// Runs the queries of the verify sections. Throws ErrorKind::constraint, placed in the file, for
/// the first whose first row does not begin with a true value (false, 0, null, or no row at all),
/// and what the engine throws for one that fails.
void run_verify(Connection& connection, const Script& script);

}  // namespace keel
