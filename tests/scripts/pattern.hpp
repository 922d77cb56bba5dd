#pragma once

#include <string_view>

namespace keel::scripts {

/// Whether `pattern` occurs in `text`; '*' stands for any characters of one line.
bool contains(std::string_view text, std::string_view pattern);
/// Whether the whole of `text` is `pattern`.
bool equals(std::string_view text, std::string_view pattern);

}  // namespace keel::scripts
