#pragma once

#include <string>
#include <vector>

#include "model/migration.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// On a protected environment that holds rows, files are applied that were rehearsed: these very
/// files, from this very schema. Without that, as [migrations] rehearsal says: throws
/// ErrorKind::refused, or returns the warning. Empty when all is well, and everywhere else.
std::string demand_rehearsal(OperationContext& context,
                             const std::vector<const Migration*>& selected);

}  // namespace keel
