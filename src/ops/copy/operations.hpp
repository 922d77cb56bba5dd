#pragma once

#include <span>

#include "ops/kit/operation.hpp"

namespace keel {

/// copy, env split.
std::span<const OperationEntry> copy_operations() noexcept;

}  // namespace keel
