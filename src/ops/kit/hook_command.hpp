#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// Runs a command line that the project names as a hook: without a shell, words separated by
/// blanks, the program found from the project's root (with a slash) or in PATH. It gets
/// KEEL_ENVIRONMENT, KEEL_ENGINE, KEEL_PROJECT and `variables`. Throws ErrorKind::not_found when
/// there is no such program, io when it ends with another status than 0; `hint` is that error's.
void run_hook_command(OperationContext& context, const std::string& hook,
                      const std::vector<std::pair<std::string, std::string>>& variables,
                      std::string_view hint);

}  // namespace keel
