#pragma once

#include <string_view>

namespace keel {

/// Whether every byte is a character of ASCII that can be seen, or a blank: then bytes, characters
/// and columns are the same, and nothing of it has to be escaped. True of nearly all that is shown.
inline bool is_printable_ascii(std::string_view text) noexcept {
    bool is_plain = true;  // without a way out of the loop, many bytes are looked at in one step
    for (const char c : text) is_plain &= c >= ' ' && c <= '~';
    return is_plain;
}

}  // namespace keel
