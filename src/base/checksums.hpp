#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace keel {

// Digests that other programs keep of files, computed to compare with theirs. Keel's own are
// `Digest` (digest.hpp).

/// Lower-case hex.
std::string sha256_hex(std::string_view text);
std::string sha384_hex(std::string_view text);
/// CRC-32 as in zip and PNG; `previous` is that of the text before.
std::uint32_t crc32(std::string_view text, std::uint32_t previous = 0) noexcept;

}  // namespace keel
