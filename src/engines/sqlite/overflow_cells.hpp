#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engines/sqlite/page_format.hpp"

namespace keel::sqlite {

struct CellPage {
    std::uint32_t number = 0;
    std::size_t usable = 0;  ///< bytes of it that SQLite uses
};

/// The number that `at` points to, which is moved behind it; nothing when it does not end.
inline std::optional<std::uint64_t> read_varint(std::span<const std::byte> bytes,
                                                std::size_t& at) noexcept {
    constexpr int longest = 9;
    std::uint64_t value = 0;
    for (int i = 0; i < longest && at < bytes.size(); ++i) {
        const auto byte = std::to_integer<std::uint64_t>(bytes[at++]);
        if (i == longest - 1) return value << 8 | byte;
        value = value << 7 | (byte & 0x7f);
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

/// Tells `each` the page that a cell goes on in, for all cells of a page (no interior page of a
/// table) that do. False when the page is not laid out as it should be.
template <typename Each>
bool each_overflow(std::span<const std::byte> bytes, const CellPage& page, const Each& each) {
    const std::size_t head = header_of(page.number);
    const auto kind = std::to_integer<std::uint8_t>(bytes[head]);
    const bool is_index = kind == index_leaf || kind == index_interior;
    const std::size_t child = kind == index_interior ? 4 : 0;
    const std::size_t pointers = head + 8 + child;
    const std::size_t cells = big_endian(bytes, head + 3, 2);
    const std::size_t least = (page.usable - 12) * 32 / 255 - 23;
    const std::size_t most = is_index ? (page.usable - 12) * 64 / 255 - 23 : page.usable - 35;
    if (pointers + 2 * cells > bytes.size()) return false;
    for (std::size_t i = 0; i < cells; ++i) {
        std::size_t at = big_endian(bytes, pointers + 2 * i, 2) + child;
        const auto payload = read_varint(bytes, at);
        if (!payload) return false;
        if (*payload <= most) continue;
        if (!is_index && !read_varint(bytes, at)) return false;  // the row's number
        const std::size_t here = least + (*payload - least) % (page.usable - 4);
        at += here > most ? least : here;
        if (at + 4 > bytes.size()) return false;
        each(big_endian(bytes, at, 4));
    }
    return true;
}

}  // namespace keel::sqlite
