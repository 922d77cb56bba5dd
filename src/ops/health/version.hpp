#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel version`: reads and opens nothing.
void show_version(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
