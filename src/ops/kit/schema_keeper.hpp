#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// After the schema was changed in a development environment: writes the declared schema's file
/// anew. What a person wrote into it and the database does not have is never written over: that is
/// a warning.
void keep_schema_file(OperationContext& context, Report& report);

}  // namespace keel
