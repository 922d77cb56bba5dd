#pragma once

#include <string>
#include <vector>

#include "model/migration.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// Remembers, beside the project, which files were rehearsed well on which environment's data:
/// .keel/rehearsals.json. Edited files are others.
void remember_rehearsed(OperationContext& context, const std::vector<std::string>& checksums);

/// Those of `migrations` that were never rehearsed well, as they are now, on the operation's
/// environment.
std::vector<const Migration*> not_rehearsed(OperationContext& context,
                                            const std::vector<const Migration*>& migrations);

}  // namespace keel
