#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace keel {

/// What a piece of data is recognised by: 128 bits.
struct Fingerprint {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    bool operator==(const Fingerprint&) const = default;
    auto operator<=>(const Fingerprint&) const = default;
    std::string hex() const;
};

/// XXH3-128 of data in pieces: finds accidents at the speed of memory. Not for data that somebody
/// could have made to collide; see `Fingerprinter`.
class FastDigest {
  public:
    FastDigest();
    ~FastDigest();
    FastDigest(FastDigest&&) noexcept;
    FastDigest& operator=(FastDigest&&) noexcept;

    void update(std::span<const std::byte> bytes);
    Fingerprint finish() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The same of data in one piece.
Fingerprint fast_fingerprint(std::span<const std::byte> bytes) noexcept;

/// XXH3-128 under a secret. Who knows neither the secret nor any fingerprint cannot make two pieces
/// of data that have the same one. Thread-safe.
class Fingerprinter {
  public:
    static constexpr std::size_t secret_size = 192;

    explicit Fingerprinter(std::span<const std::byte, secret_size> secret);
    Fingerprint operator()(std::span<const std::byte> bytes) const noexcept;

  private:
    std::array<std::byte, secret_size> secret_;
};

}  // namespace keel
