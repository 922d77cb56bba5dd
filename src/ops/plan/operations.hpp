#pragma once

#include <span>

#include "ops/kit/operation.hpp"

namespace keel {

/// What this family adds to the registry: plans that are made now and applied later.
std::span<const OperationEntry> plan_operations() noexcept;

}  // namespace keel
