#pragma once

#include <memory>

#include "ops/kit/operation.hpp"

namespace keel {

/// Copies backups into another repository, and verifies them there.
std::unique_ptr<Operation> make_backup_copy_to(const OptionValues& options);

}  // namespace keel
