#pragma once

#include "ops/kit/operation.hpp"

namespace keel {

/// Joins migrations into one file. Before anything is written, both ways are walked in scratch
/// databases: the old files and the new one must come to the same schema and the same numbers of
/// rows. Databases that have the old ones applied go on as they are: the new file says whom it
/// stands for.
void migrate_squash(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
