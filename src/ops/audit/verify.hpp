#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel audit verify`: the chain of the log, and the head that the environment's database
/// remembers of it. A break is a finding (exit 3), the first one named. A database that cannot be
/// asked leaves the end of the log unproven: a warning, and `anchor` is "unknown".
void verify_audit(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
