#pragma once

#include "ops/kit/operation.hpp"

namespace keel {

/// Writes the schema as SQL, to the report or to a file.
void dump_schema(OperationContext& context, const OptionValues& options, Report& report);

/// Names the schema by its digest, and says whether it is the one that the last migration left.
void show_fingerprint(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
