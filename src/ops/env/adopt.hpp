#pragma once

#include <memory>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// Stamps the database as the environment that the configuration says it is: settles a mismatch,
/// and makes a copy known as what it now is.
std::unique_ptr<Operation> make_env_adopt(const OptionValues& options);

}  // namespace keel
