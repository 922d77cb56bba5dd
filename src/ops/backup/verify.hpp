#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

void verify_backups(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
