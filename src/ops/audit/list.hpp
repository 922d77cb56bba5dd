#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel audit list`: entries as they were written, oldest first.
void list_audit(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
