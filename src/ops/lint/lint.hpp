#pragma once

#include "ops/kit/operation.hpp"

namespace keel {

/// migrate lint. `result.findings` is the contract; the findings in applied migrations are among
/// them, as infos.
void lint_migrations(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
