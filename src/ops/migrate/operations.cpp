#include "ops/migrate/operations.hpp"

namespace keel {

std::span<const OperationEntry> migrate_operations() noexcept { return {}; }

}  // namespace keel
