#pragma once

#include <string_view>

namespace keel {

/// "0.1.0", from the build.
std::string_view version() noexcept;

}  // namespace keel
