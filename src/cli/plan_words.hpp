#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/kit/invocation.hpp"

namespace keel {

/// When the first word of the arguments is `plan` and a command follows: takes the word and its own
/// options (which stand right behind it) out, so that what is left is the command to plan. Throws
/// ErrorKind::usage for a bad option of `plan`.
std::optional<PlanRequest> take_plan_request(std::vector<std::string>& arguments);

}  // namespace keel
