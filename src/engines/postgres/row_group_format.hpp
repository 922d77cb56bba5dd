#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace keel::postgres {

// What writer and reader of row groups agree on; docs/formats/backup.md has it in words.

/// How the values of a column of a group are laid out.
enum class ColumnLayout : std::uint8_t {
    varying = 0,  ///< lengths, then the values one after the other
    fixed = 1,    ///< all of one width; first byte of each, second byte of each, …
    numbers = 2,  ///< as fixed, of the differences between neighbours, zigzag
};
constexpr std::uint8_t has_nulls = 0x80;  ///< a bitmap of them comes first

/// A group is ended by whichever comes first.
constexpr std::size_t most_group_rows = 65536;
constexpr std::size_t most_group_bytes = std::size_t{4} << 20;
/// No value of PostgreSQL's is longer.
constexpr std::uint64_t longest_value = std::uint64_t{1} << 30;

inline std::uint64_t get_big_endian(std::span<const std::byte> bytes) noexcept {
    std::uint64_t value = 0;
    for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return value;
}

/// Differences are of this many bits, and wrap around.
inline std::uint64_t mask_of(std::size_t width) noexcept {
    return width >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * width)) - 1;
}
inline std::uint64_t zigzag(std::uint64_t difference, std::size_t width) noexcept {
    const std::uint64_t sign = difference >> (8 * width - 1) & 1;
    return (difference << 1 ^ (sign != 0 ? ~std::uint64_t{0} : 0)) & mask_of(width);
}
inline std::uint64_t unzigzag(std::uint64_t value, std::size_t width) noexcept {
    return (value >> 1 ^ ((value & 1) != 0 ? ~std::uint64_t{0} : 0)) & mask_of(width);
}
inline bool is_number_width(std::size_t width) noexcept {
    return width == 2 || width == 4 || width == 8;
}

}  // namespace keel::postgres
