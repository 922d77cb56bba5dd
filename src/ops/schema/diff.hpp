#pragma once

#include "ops/kit/operation.hpp"

namespace keel {

/// Shows what leads from a schema to another: the differences, and SQL that was tried.
void diff_schemas(OperationContext& context, const OptionValues& options, Report& report);

/// Compares the database with the declared schema, and with what the last migration left.
void check_schema(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
