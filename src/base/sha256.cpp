#include "base/sha256.hpp"

#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/crypto_hash_sha256.h>

#include "base/text.hpp"

namespace keel {
namespace {

const unsigned char* raw(const void* bytes) noexcept {
    return static_cast<const unsigned char*>(bytes);
}
unsigned char* out(Sha256& digest) noexcept {
    return reinterpret_cast<unsigned char*>(digest.data());
}

}  // namespace

std::string sha256_hex(std::span<const std::byte> bytes) {
    Sha256 digest{};
    crypto_hash_sha256(out(digest), raw(bytes.data()), bytes.size());
    return hex(digest);
}

Sha256 hmac_sha256(std::span<const std::byte> key, std::string_view text) {
    // Its state takes keys of any length, unlike the function for a single call.
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, raw(key.data()), key.size());
    crypto_auth_hmacsha256_update(&state, raw(text.data()), text.size());
    Sha256 digest{};
    crypto_auth_hmacsha256_final(&state, out(digest));
    return digest;
}

}  // namespace keel
