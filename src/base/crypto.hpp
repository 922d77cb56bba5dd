#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace keel {

/// The few pieces of cryptography that Keel uses, all libsodium's. Keys are 32 bytes.
using Key = std::array<std::byte, 32>;

Key random_key();
void fill_random(std::span<std::byte> bytes);
/// Overwrites what must not stay in memory.
void wipe(std::span<std::byte> bytes) noexcept;
bool is_same(std::span<const std::byte> left, std::span<const std::byte> right) noexcept;

/// BLAKE2b-256 under a key, of the parts one after the other.
Key keyed_digest(const Key& key, std::span<const std::string_view> parts);
/// A key of its own for every purpose.
Key derive_key(const Key& key, std::string_view purpose);

/// A pair for sealing (X25519): what is sealed to the public half opens with the secret one only.
struct SealingPair {
    Key public_key{};
    Key secret_key{};
};
SealingPair sealing_pair_from(const Key& seed);
constexpr std::size_t sealed_overhead = 48;
std::vector<std::byte> seal_to(const Key& public_key, std::span<const std::byte> bytes);
/// Throws ErrorKind::integrity when it was not sealed to this pair, or altered.
std::vector<std::byte> open_sealed(const SealingPair& pair, std::span<const std::byte> sealed);

/// ChaCha20-Poly1305 (RFC 8439). A pair of key and number is used once. `header` is authenticated
/// and not encrypted.
constexpr std::size_t tag_size = 16;
struct Nonce {
    std::uint64_t number = 0;
};
/// Encrypts in place; the tag goes into `tag`.
void encrypt(const Key& key, Nonce nonce, std::span<const std::byte> header,
             std::span<std::byte> bytes, std::span<std::byte, tag_size> tag);
/// Decrypts in place. False, and nothing to be used, when anything was altered.
bool decrypt(const Key& key, Nonce nonce, std::span<const std::byte> header,
             std::span<std::byte> bytes, std::span<const std::byte, tag_size> tag);

/// Argon2id: how much work one guess of a passphrase shall be.
struct PassphraseCost {
    std::uint64_t operations = 3;
    std::uint64_t memory = 64u << 20;
};
using Salt = std::array<std::byte, 16>;
/// Throws ErrorKind::io when there is not that much memory.
Key key_from_passphrase(const Secret& passphrase, const Salt& salt, PassphraseCost cost);

/// Lower-case hexadecimal to exactly that many bytes. Throws ErrorKind::integrity, naming `what`.
void read_hex(std::string_view text, std::span<std::byte> bytes, std::string_view what);

}  // namespace keel
