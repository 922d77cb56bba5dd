#pragma once

#include <memory>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// Makes an environment the active one, in every place that records it. The Runner resolves it, and
/// the guard asks for its name when it is protected.
std::unique_ptr<Operation> make_env_use(const OptionValues& options);

}  // namespace keel
