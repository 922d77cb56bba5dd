#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel inspect`. Row counts are exact in small databases and the engine's estimate in large ones;
/// the result says which. Throws ErrorKind::not_found for an unknown table or schema, naming the
/// nearest one.
void inspect_database(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
