#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace keel {

/// Numbers in the files of a repository: least significant byte first.
template <typename Number, std::size_t Size>
void put_le(std::span<std::byte, Size> bytes, Number number) noexcept {
    static_assert(sizeof(Number) == Size);
    for (std::size_t i = 0; i < Size; ++i)
        bytes[i] = static_cast<std::byte>((number >> (8 * i)) & 0xffu);
}

template <typename Number, std::size_t Size>
Number get_le(std::span<const std::byte, Size> bytes) noexcept {
    static_assert(sizeof(Number) == Size);
    Number number = 0;
    for (std::size_t i = 0; i < Size; ++i)
        number |= static_cast<Number>(std::to_integer<Number>(bytes[i]) << (8 * i));
    return number;
}

}  // namespace keel
