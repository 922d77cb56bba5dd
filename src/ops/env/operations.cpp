#include "ops/env/operations.hpp"

namespace keel {

std::span<const OperationEntry> env_operations() noexcept { return {}; }

}  // namespace keel
