#pragma once

#include <memory>

#include "ops/kit/operation.hpp"

namespace keel {

/// keel copy: the way that the options, and the two databases, ask for.
std::unique_ptr<Operation> make_copy(const OptionValues& options);

}  // namespace keel
