#pragma once

#include <string>
#include <string_view>

#include "config/node.hpp"

namespace keel {

/// Reads TOML 1.0. `file` is the name that positions carry. Throws ErrorKind::config with line and
/// column; values are never quoted in the message.
ConfigNode parse_toml(std::string_view text, const std::string& file);

}  // namespace keel
