#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace keel {

using Blob = std::vector<std::byte>;

/// A parameter or a result of a statement, in the widths both engines share.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Blob>;

}  // namespace keel
