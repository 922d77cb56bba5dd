#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// A backup as a file of other tools: it is restored beside the environment's database, proven,
/// written out, and thrown away.
void export_backup(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
