#pragma once

#include <memory>
#include <string>

#include "ops/kit/operation.hpp"

namespace keel {

std::unique_ptr<Operation> make_backup_restore(const OptionValues& options);
/// The same, for who needs it within another operation.
std::unique_ptr<Operation> make_restore_of(std::string id);
/// Restores the last safety backup of the environment.
std::unique_ptr<Operation> make_undo(const OptionValues& options);

}  // namespace keel
