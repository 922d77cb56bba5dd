#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace keel {

/// BLAKE2b-256 (libsodium): what files, chains and plans are identified by.
class Digest {
  public:
    Digest();
    ~Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;

    void update(std::span<const std::byte> bytes);
    void update(std::string_view text);
    /// Lower-case hex, 64 characters. The object is spent afterwards.
    std::string finish_hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string digest_hex(std::string_view text);

/// Order-independent digest of a set of rows: the sum, modulo 2^128, of each row's XXH3-128, and
/// their number. Equal for any split among workers and any physical order (row-multiset digest).
class RowDigest {
  public:
    void add(std::span<const std::byte> row);
    void merge(const RowDigest& other);
    std::uint64_t rows() const noexcept { return rows_; }
    std::string hex() const;
    bool operator==(const RowDigest&) const = default;

  private:
    void merge_sum(std::uint64_t low, std::uint64_t high) noexcept;
    std::uint64_t low_ = 0;
    std::uint64_t high_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace keel
