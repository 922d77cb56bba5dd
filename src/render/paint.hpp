#pragma once

#include <string>
#include <string_view>

namespace keel {

enum class Ink { plain, bold, dim, red, green, yellow, cyan };

/// Text in a colour, or as it is when colour is off. The only place that knows escape sequences.
std::string paint(std::string_view text, Ink ink, bool color);

}  // namespace keel
