#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace keel {

/// SHA-256 and its HMAC (libsodium), for the protocols of others; Keel's own digests are BLAKE2b.
using Sha256 = std::array<std::byte, 32>;

std::string sha256_hex(std::span<const std::byte> bytes);
Sha256 hmac_sha256(std::span<const std::byte> key, std::string_view text);

}  // namespace keel
