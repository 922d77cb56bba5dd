#pragma once

#include "ops/kit/operation.hpp"

namespace keel {

/// What is applied and what is pending; exit 3 with --exit-code when something needs attention.
void migrate_status(OperationContext& context, const OptionValues& options, Report& report);

/// Every up and down there ever was: who, when, how long, with which backup.
void migrate_history(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
