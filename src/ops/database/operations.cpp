#include "ops/database/operations.hpp"

namespace keel {

std::span<const OperationEntry> database_operations() noexcept { return {}; }

}  // namespace keel
