#pragma once

#include <string>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/layout.hpp"

namespace keel {

/// The files of a new migration that makes `table` anew as it is now, with all that hangs on it, to
/// be edited. Throws ErrorKind::unsupported where tables need no rebuilding, or where the layout's
/// tool must write its own files; ErrorKind::not_found for a table that is not there.
std::vector<NewFile> rebuild_files(OperationContext& context, const MigrationLayout& layout,
                                   std::string_view version, std::string_view name,
                                   const std::string& table);

}  // namespace keel
