#include "ops/backup/operations.hpp"

namespace keel {

std::span<const OperationEntry> backup_operations() noexcept { return {}; }

}  // namespace keel
