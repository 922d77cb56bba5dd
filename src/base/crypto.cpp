#include "base/crypto.hpp"

#include <fmt/format.h>
#include <sodium/core.h>
#include <sodium/crypto_aead_chacha20poly1305.h>
#include <sodium/crypto_box.h>
#include <sodium/crypto_generichash.h>
#include <sodium/crypto_pwhash.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

static_assert(crypto_box_SEALBYTES == sealed_overhead);
static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == tag_size);
static_assert(crypto_pwhash_SALTBYTES == std::tuple_size_v<Salt>);

void start_library() {
    // Safe to call again, from any thread.
    if (sodium_init() < 0) throw Error(ErrorKind::internal, "libsodium does not start");
}

unsigned char* out(std::span<std::byte> bytes) noexcept {
    return reinterpret_cast<unsigned char*>(bytes.data());
}
const unsigned char* raw(std::span<const std::byte> bytes) noexcept {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

using NonceBytes = std::array<unsigned char, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

NonceBytes bytes_of(Nonce nonce) noexcept {
    NonceBytes bytes{};
    for (std::size_t i = 0; i < sizeof nonce.number; ++i)
        bytes[i] = static_cast<unsigned char>(nonce.number >> (8 * i));
    return bytes;
}

}  // namespace

void fill_random(std::span<std::byte> bytes) {
    start_library();
    randombytes_buf(bytes.data(), bytes.size());
}

Key random_key() {
    Key key{};
    fill_random(key);
    return key;
}

void wipe(std::span<std::byte> bytes) noexcept {
    sodium_memzero(bytes.data(), bytes.size());
}

bool is_same(std::span<const std::byte> left, std::span<const std::byte> right) noexcept {
    return left.size() == right.size() &&
           sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

Key keyed_digest(const Key& key, std::span<const std::string_view> parts) {
    start_library();
    crypto_generichash_state state;
    crypto_generichash_init(&state, raw(key), key.size(), std::tuple_size_v<Key>);
    for (const std::string_view part : parts)
        crypto_generichash_update(&state, raw(as_bytes(part)), part.size());
    Key result{};
    crypto_generichash_final(&state, out(result), result.size());
    return result;
}

Key derive_key(const Key& key, std::string_view purpose) {
    const std::array parts = {purpose};
    return keyed_digest(key, parts);
}

SealingPair sealing_pair_from(const Key& seed) {
    start_library();
    SealingPair pair;
    crypto_box_seed_keypair(out(pair.public_key), out(pair.secret_key), raw(seed));
    return pair;
}

std::vector<std::byte> seal_to(const Key& public_key, std::span<const std::byte> bytes) {
    start_library();
    std::vector<std::byte> sealed(bytes.size() + sealed_overhead);
    crypto_box_seal(out(sealed), raw(bytes), bytes.size(), raw(public_key));
    return sealed;
}

std::vector<std::byte> open_sealed(const SealingPair& pair, std::span<const std::byte> sealed) {
    start_library();
    const std::size_t size = sealed.size() < sealed_overhead ? 0 : sealed.size() - sealed_overhead;
    std::vector<std::byte> bytes(size);
    if (sealed.size() < sealed_overhead ||
        crypto_box_seal_open(out(bytes), raw(sealed), sealed.size(), raw(pair.public_key),
                             raw(pair.secret_key)) != 0) {
        throw Error(ErrorKind::integrity, "what is sealed here does not open with this key");
    }
    return bytes;
}

void encrypt(const Key& key, Nonce nonce, std::span<const std::byte> header,
             std::span<std::byte> bytes, std::span<std::byte, tag_size> tag) {
    start_library();
    const NonceBytes number = bytes_of(nonce);
    unsigned long long size = 0;
    crypto_aead_chacha20poly1305_ietf_encrypt_detached(out(bytes), out(tag), &size, raw(bytes),
                                                       bytes.size(), raw(header), header.size(),
                                                       nullptr, number.data(), raw(key));
}

bool decrypt(const Key& key, Nonce nonce, std::span<const std::byte> header,
             std::span<std::byte> bytes, std::span<const std::byte, tag_size> tag) {
    start_library();
    const NonceBytes number = bytes_of(nonce);
    return crypto_aead_chacha20poly1305_ietf_decrypt_detached(
               out(bytes), nullptr, raw(bytes), bytes.size(), raw(tag), raw(header), header.size(),
               number.data(), raw(key)) == 0;
}

Key key_from_passphrase(const Secret& passphrase, const Salt& salt, PassphraseCost cost) {
    start_library();
    Key key{};
    const std::string& text = passphrase.reveal();
    if (crypto_pwhash(out(key), key.size(), text.data(), text.size(), raw(salt), cost.operations,
                      cost.memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        throw Error(ErrorKind::io, fmt::format("not enough memory to check the passphrase: {} "
                                               "are needed",
                                               format_bytes(cost.memory)));
    }
    return key;
}

void read_hex(std::string_view text, std::span<std::byte> bytes, std::string_view what) {
    std::vector<std::byte> read;
    try {
        read = unhex(text);
    } catch (const Error&) {
        read.clear();
    }
    if (read.size() != bytes.size()) {
        throw Error(ErrorKind::integrity, fmt::format("{} is damaged", what));
    }
    std::ranges::copy(read, bytes.begin());
}

}  // namespace keel
