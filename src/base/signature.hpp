#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace keel {

/// An Ed25519 key pair (libsodium), each half as lower-case hex.
struct SigningKey {
    std::string public_key;  ///< 64 characters
    Secret secret_key;       ///< 128 characters: seed and public key
};

SigningKey new_signing_key();
/// The pair a secret key belongs to. Throws ErrorKind::invalid_input when it is no such key.
SigningKey signing_key_from(const Secret& secret_key);

/// Detached signature of `message`, hex. Throws ErrorKind::invalid_input for a bad key.
std::string sign(std::string_view message, const SigningKey& key);
/// Whether `signature` is that of `message` by `public_key`. Anything malformed is simply not.
bool is_signed_by(std::string_view message, std::string_view signature,
                  std::string_view public_key) noexcept;

}  // namespace keel
