#pragma once

#include <span>

#include "ops/kit/operation.hpp"

namespace keel {

std::span<const OperationEntry> lint_operations() noexcept;

}  // namespace keel
