#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

void list_backups(OperationContext& context, const OptionValues& options, Report& report);
void show_backup(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
