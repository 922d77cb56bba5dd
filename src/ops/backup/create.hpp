#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

void create_backup(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
