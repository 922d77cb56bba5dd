#pragma once

#include <algorithm>
#include <string_view>

namespace keel {

/// Whether every byte is a character of ASCII that can be seen, or a blank: then bytes, characters
/// and columns are the same, and nothing of it has to be escaped. True of nearly all that is shown.
inline bool is_printable_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace keel
