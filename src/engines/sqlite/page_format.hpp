#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace keel::sqlite {

/// What the first byte of a b-tree's page says that it is.
enum PageKind : std::uint8_t {
    index_interior = 2,
    table_interior = 5,
    index_leaf = 10,
    table_leaf = 13
};

/// The database's first page begins with its header.
constexpr std::size_t header_of(std::uint32_t page) noexcept {
    return page == 1 ? 100 : 0;
}

constexpr std::uint32_t big_endian(std::span<const std::byte> bytes, std::size_t at,
                                   std::size_t size) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
}

/// How many bytes of every page SQLite uses, as the first page says.
constexpr std::size_t usable_size(std::span<const std::byte> first_page) noexcept {
    constexpr std::size_t reserved_at = 20;
    return first_page.size() - std::to_integer<std::size_t>(first_page[reserved_at]);
}

}  // namespace keel::sqlite
