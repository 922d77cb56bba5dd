#include "base/digest.hpp"

#include <fmt/format.h>
#include <sodium/crypto_generichash.h>
#include <xxhash.h>

#include <algorithm>
#include <new>

#include "base/bytes.hpp"
#include "base/fast_digest.hpp"
#include "base/text.hpp"

namespace keel {
namespace {
constexpr std::size_t digest_size = 32;
}

struct Digest::State {
    crypto_generichash_state hash;
};

Digest::Digest() : state_(std::make_unique<State>()) {
    crypto_generichash_init(&state_->hash, nullptr, 0, digest_size);
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::span<const std::byte> bytes) {
    crypto_generichash_update(&state_->hash, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
}

void Digest::update(std::string_view text) {
    update(as_bytes(text));
}

std::string Digest::finish_hex() {
    std::array<std::byte, digest_size> result{};
    crypto_generichash_final(&state_->hash, reinterpret_cast<unsigned char*>(result.data()),
                             result.size());
    return hex(result);
}

std::string digest_hex(std::string_view text) {
    Digest digest;
    digest.update(text);
    return digest.finish_hex();
}

void RowDigest::add(std::span<const std::byte> row) {
    const XXH128_hash_t hash = XXH3_128bits(row.data(), row.size());
    merge_sum(hash.low64, hash.high64);
    ++rows_;
}

void RowDigest::merge(const RowDigest& other) {
    merge_sum(other.low_, other.high_);
    rows_ += other.rows_;
}

void RowDigest::merge_sum(std::uint64_t low, std::uint64_t high) noexcept {
    low_ += low;
    high_ += high + (low_ < low ? 1 : 0);
}

std::string RowDigest::hex() const {
    return fmt::format("{:016x}{:016x}", high_, low_);
}

std::string Fingerprint::hex() const {
    return fmt::format("{:016x}{:016x}", high, low);
}

struct FastDigest::State {
    State() : hash(XXH3_createState()) {
        if (!hash) throw std::bad_alloc();
    }
    ~State() { XXH3_freeState(hash); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    XXH3_state_t* hash;
};

FastDigest::FastDigest() : state_(std::make_unique<State>()) {
    XXH3_128bits_reset(state_->hash);
}
FastDigest::~FastDigest() = default;
FastDigest::FastDigest(FastDigest&&) noexcept = default;
FastDigest& FastDigest::operator=(FastDigest&&) noexcept = default;

void FastDigest::update(std::span<const std::byte> bytes) {
    XXH3_128bits_update(state_->hash, bytes.data(), bytes.size());
}

Fingerprint FastDigest::finish() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_->hash);
    return {hash.low64, hash.high64};
}

Fingerprint fast_fingerprint(std::span<const std::byte> bytes) noexcept {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.low64, hash.high64};
}

Fingerprinter::Fingerprinter(std::span<const std::byte, secret_size> secret) : secret_{} {
    std::ranges::copy(secret, secret_.begin());
}

Fingerprint Fingerprinter::operator()(std::span<const std::byte> bytes) const noexcept {
    const XXH128_hash_t hash =
        XXH3_128bits_withSecret(bytes.data(), bytes.size(), secret_.data(), secret_.size());
    return {hash.low64, hash.high64};
}

}  // namespace keel
