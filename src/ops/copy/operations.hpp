#pragma once

#include <span>

#include "ops/kit/operation.hpp"

namespace keel {

/// copy.
std::span<const OperationEntry> copy_operations() noexcept;

}  // namespace keel
