#include "render/width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "base/ascii.hpp"

namespace keel {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Blocks rather than single characters: text that people name things with, not the whole of
// Unicode.
constexpr std::array zero_width = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489},   Range{0x0591, 0x05BD},  Range{0x0610, 0x061A},
    Range{0x064B, 0x065F}, Range{0x06D6, 0x06DC},   Range{0x0900, 0x0902},  Range{0x093C, 0x093C},
    Range{0x0941, 0x0948}, Range{0x094D, 0x094D},   Range{0x0E31, 0x0E31},  Range{0x0E34, 0x0E3A},
    Range{0x0E47, 0x0E4E}, Range{0x1AB0, 0x1AFF},   Range{0x1DC0, 0x1DFF},  Range{0x200B, 0x200F},
    Range{0x2060, 0x2064}, Range{0x20D0, 0x20FF},   Range{0xFE00, 0xFE0F},  Range{0xFE20, 0xFE2F},
    Range{0xFEFF, 0xFEFF}, Range{0x1F3FB, 0x1F3FF}, Range{0xE0100, 0xE01EF}};
constexpr std::array double_width = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},
    Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},   Range{0x2648, 0x2653},
    Range{0x26A1, 0x26A1},   Range{0x26BD, 0x26BE},   Range{0x26D4, 0x26D4},
    Range{0x2705, 0x2705},   Range{0x274C, 0x274C},   Range{0x2753, 0x2757},
    Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},
    Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},
    Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF},
    Range{0x20000, 0x3FFFD}};

bool contains(std::span<const Range> ranges, char32_t code) noexcept {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), code,
                                        [](char32_t c, const Range& r) { return c < r.first; });
    return after != ranges.begin() && code <= std::prev(after)->last;
}

struct Character {
    std::size_t bytes = 1;
    std::size_t columns = 1;
};

/// The character at the beginning of `text`; a byte that is not UTF-8 counts as one column.
Character first_character(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return {1, lead < 0x20 || lead == 0x7F ? 0u : 1u};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    if (length == 1 || length > text.size()) return {1, 1};
    char32_t code = lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0) != 0x80) return {1, 1};
        code = (code << 6) | (byte & 0x3Fu);
    }
    if (contains(zero_width, code)) return {length, 0};
    return {length, contains(double_width, code) ? 2u : 1u};
}

}  // namespace

std::size_t display_width(std::string_view text) noexcept {
    if (is_printable_ascii(text)) return text.size();
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character character = first_character(text);
        columns += character.columns;
        text.remove_prefix(character.bytes);
    }
    return columns;
}

std::string_view fit_width(std::string_view text, std::size_t columns) noexcept {
    std::size_t taken = 0;
    while (taken < text.size()) {
        const Character character = first_character(text.substr(taken));
        if (character.columns > columns) break;
        columns -= character.columns;
        taken += character.bytes;
    }
    return text.substr(0, taken);
}

std::string pad_right(std::string_view text, std::size_t columns) {
    const std::size_t width = display_width(text);
    return std::string(text) + std::string(columns > width ? columns - width : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t columns) {
    const std::size_t width = display_width(text);
    return std::string(columns > width ? columns - width : 0, ' ') + std::string(text);
}

}  // namespace keel
