#include "base/signature.hpp"

#include <sodium/core.h>
#include <sodium/crypto_sign.h>

#include <array>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {

namespace {

using PublicKey = std::array<unsigned char, crypto_sign_PUBLICKEYBYTES>;
using SecretKey = std::array<unsigned char, crypto_sign_SECRETKEYBYTES>;

void start_library() {
    // Safe to call again, from any thread; without it key generation has no random source.
    if (sodium_init() < 0) throw Error(ErrorKind::internal, "libsodium does not start");
}

template <std::size_t Size>
std::string hex_of(const std::array<unsigned char, Size>& bytes) {
    return hex(std::as_bytes(std::span(bytes)));
}

template <typename Bytes>
Bytes from_hex(std::string_view text, std::string_view what) {
    const auto bytes = unhex(trim(text));
    Bytes result{};
    if (bytes.size() != result.size()) {
        throw Error(ErrorKind::invalid_input, std::string("not ") + std::string(what));
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        result[i] = std::to_integer<unsigned char>(bytes[i]);
    }
    return result;
}

SecretKey secret_bytes(const Secret& secret) {
    return from_hex<SecretKey>(secret.reveal(), "a signing key");
}

const unsigned char* unsigned_bytes(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

SigningKey new_signing_key() {
    start_library();
    PublicKey public_key{};
    SecretKey secret_key{};
    crypto_sign_keypair(public_key.data(), secret_key.data());
    return {.public_key = hex_of(public_key), .secret_key = Secret(hex_of(secret_key))};
}

SigningKey signing_key_from(const Secret& secret_key) {
    start_library();
    const auto bytes = secret_bytes(secret_key);
    PublicKey public_key{};
    crypto_sign_ed25519_sk_to_pk(public_key.data(), bytes.data());
    return {.public_key = hex_of(public_key), .secret_key = Secret(hex_of(bytes))};
}

std::string sign(std::string_view message, const SigningKey& key) {
    start_library();
    const auto secret = secret_bytes(key.secret_key);
    std::array<unsigned char, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(), nullptr, unsigned_bytes(message), message.size(),
                         secret.data());
    return hex_of(signature);
}

bool is_signed_by(std::string_view message, std::string_view signature,
                  std::string_view public_key) noexcept {
    try {
        start_library();
        const auto key = from_hex<PublicKey>(public_key, "a public key");
        const auto bytes =
            from_hex<std::array<unsigned char, crypto_sign_BYTES>>(signature, "a signature");
        return crypto_sign_verify_detached(bytes.data(), unsigned_bytes(message), message.size(),
                                           key.data()) == 0;
    } catch (const Error&) {
        return false;  // malformed: not signed
    }
}

}  // namespace keel
