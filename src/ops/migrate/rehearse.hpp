#pragma once

#include "ops/kit/operation.hpp"

namespace keel {

/// Runs what is pending on a disposable clone of the database and reports what it did, and whether
/// each down takes it back.
void migrate_rehearse(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
