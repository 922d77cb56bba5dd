#pragma once

#include <string>
#include <string_view>

namespace keel {

/// Text from outside on one line: control characters and line ends become escapes.
std::string shown(std::string_view text);
/// The same, but line ends stay.
std::string shown_lines(std::string_view text);
/// The same, but line ends and tabs stay: text that is to be copied as it is.
std::string shown_verbatim(std::string_view text);

}  // namespace keel
