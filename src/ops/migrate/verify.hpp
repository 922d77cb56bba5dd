#pragma once

#include "model/report.hpp"
#include "ops/kit/operation.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// Compares files, history and schema, and asks the verify queries of all applied migrations again,
/// in a session that cannot write. What is wrong are findings, not errors.
void migrate_verify(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
