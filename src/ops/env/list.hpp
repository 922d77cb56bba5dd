#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// All environments side by side. One that cannot be reached or resolved is a row that says so, and
/// never a failure.
void list_environments(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
