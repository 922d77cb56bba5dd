#pragma once

#include <span>

#include "ops/kit/operation.hpp"

namespace keel {

/// What this family adds to the registry.
std::span<const OperationEntry> backup_operations() noexcept;

}  // namespace keel
