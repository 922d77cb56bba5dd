#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// Waits until the environment's server answers, whether its database exists or not. Throws
/// ErrorKind::unreachable at the timeout, with what was wrong last.
void wait_for_environment(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
