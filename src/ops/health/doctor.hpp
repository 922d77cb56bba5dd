#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel doctor`: every check of docs/reference/health.md. A check that cannot be made is
/// `unknown`, never `ok`. Needs neither a valid configuration nor a reachable database: those are
/// its first findings. Findings when one fails.
void run_doctor(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
