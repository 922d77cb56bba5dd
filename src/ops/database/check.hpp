#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel db check`: connects and lets the engine look for damage. Damage is a finding (exit 3); a
/// server that cannot be reached is an error.
void check_integrity(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
