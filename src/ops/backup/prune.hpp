#pragma once

#include <memory>

#include "ops/kit/operation.hpp"

namespace keel {

/// Removes the backups that no rule keeps, and packs that nothing needs.
std::unique_ptr<Operation> make_backup_prune(const OptionValues& options);
std::unique_ptr<Operation> make_backup_pin(const OptionValues& options);
std::unique_ptr<Operation> make_backup_unpin(const OptionValues& options);

}  // namespace keel
