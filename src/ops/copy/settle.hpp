#pragma once

#include <string>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// Binds what was stamped while it was staged beside its place to that place. Throws
/// ErrorKind::partial: the database has been replaced by a copy that was compared before, so what
/// fails from here on cannot be called a failure that changed nothing.
void settle_marker(OperationContext& context, const std::string& source);

}  // namespace keel
