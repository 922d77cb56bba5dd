#pragma once

#include <memory>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// One database becomes one for each environment: those that have none yet get a copy of it. The
/// original stays as it is; may be run again at any time.
std::unique_ptr<Operation> make_env_split(const OptionValues& options);

}  // namespace keel
