#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace keel {

/// Reads one variable of the process environment. Passed in wherever it is needed, so that tests
/// choose it.
using EnvironmentReader = std::function<std::optional<std::string>(std::string_view name)>;

EnvironmentReader process_environment();

}  // namespace keel
