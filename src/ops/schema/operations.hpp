#pragma once

#include <span>

#include "ops/kit/operation.hpp"

namespace keel {

/// schema dump, fingerprint, diff, check.
std::span<const OperationEntry> schema_operations() noexcept;

}  // namespace keel
