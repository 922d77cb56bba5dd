#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// Which environment is active, why, and what that hid. Resolves no address and opens nothing.
void show_environment(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
