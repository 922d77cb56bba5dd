#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel status`: works before the database exists (everything is pending then). When the server
/// cannot be reached, the report holds what is known without it beside the error.
void show_status(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
