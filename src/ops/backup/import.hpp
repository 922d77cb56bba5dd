#pragma once

#include <memory>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// A file of another tool takes the database's place: made beside it, looked through, stamped, then
/// swapped in.
std::unique_ptr<Operation> make_backup_import(const OptionValues& options);

}  // namespace keel
