#pragma once

#include "ops/copy/source.hpp"

namespace keel {

/// Reads every table of both databases and reports which differ, as findings. Changes nothing.
void compare_databases(OperationContext& context, const CopySource& source, Report& report);

}  // namespace keel
