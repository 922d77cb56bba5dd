#pragma once

#include <memory>

#include "db/connection.hpp"
#include "db/schema_change.hpp"

namespace keel::postgres {

/// Sets lock_timeout while it lives, if the options have one, takes back the settings (and the
/// role) that a statement may have changed for the session, and watches over rows (see RowWatch).
/// Nothing when none of these is needed.
std::unique_ptr<SchemaChangeGuard> guard_schema_change(Connection& connection,
                                                       const SchemaChangeOptions& options);

}  // namespace keel::postgres
