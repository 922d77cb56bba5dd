#pragma once

#include <memory>

#include "ops/kit/operation.hpp"

namespace keel {

std::unique_ptr<Operation> make_backup_restore(const OptionValues& options);
/// Restores the last safety backup of the environment.
std::unique_ptr<Operation> make_undo(const OptionValues& options);

}  // namespace keel
