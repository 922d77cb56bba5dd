#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/crypto.hpp"

namespace keel {

/// SipHash-2-4: 64 bits of a short text under a key, a hundred times as fast as a cryptographic
/// digest; nobody without the key can tell them from chance.
class KeyedHash {
  public:
    /// Takes the first 16 bytes of `key`.
    explicit KeyedHash(const Key& key) noexcept;
    /// `tweak` makes another function of it.
    std::uint64_t operator()(std::string_view text, std::uint64_t tweak = 0) const noexcept;

  private:
    std::array<std::uint64_t, 2> key_{};
};

}  // namespace keel
