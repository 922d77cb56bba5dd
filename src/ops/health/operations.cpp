#include "ops/health/operations.hpp"

namespace keel {

std::span<const OperationEntry> health_operations() noexcept { return {}; }

}  // namespace keel
