#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel info`: what the engine says about itself and the database, and how much is in it.
void show_info(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
