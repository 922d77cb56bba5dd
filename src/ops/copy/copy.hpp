#pragma once

#include <memory>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// A whole database takes another's place: copied beside it, proven, then swapped in.
std::unique_ptr<Operation> make_full_copy(const OptionValues& options);

}  // namespace keel
