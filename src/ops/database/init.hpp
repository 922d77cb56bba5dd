#pragma once

#include <memory>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel db init`: creates the database, marks it as the environment's and applies all migrations;
/// whatever of these is done already is left as it is.
std::unique_ptr<Operation> make_init(const OptionValues& options);

}  // namespace keel
