#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fast_digest.hpp"
#include "model/manifest.hpp"

namespace keel {

/// A piece of data as stored: which frame of which pack. `pack` counts in `BackupIndex::packs`.
struct StoredChunk {
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    std::uint32_t pack = 0;
    std::uint64_t offset = 0;
    std::uint32_t stored = 0;  ///< bytes of the frame
    std::uint32_t raw = 0;     ///< bytes of the chunk
    std::uint64_t number = 0;  ///< of the frame
    Fingerprint id;
    /// The chunk that holds the fingerprints of this one's pages, and where in it they begin.
    std::uint32_t tags = none;
    std::uint32_t tags_offset = 0;
};

/// Part of a chunk. A stream is its slices, one after the other.
struct Slice {
    std::uint32_t chunk = 0;  ///< counts in `BackupIndex::chunks`
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
};

struct StreamMap {
    std::string name;
    std::uint32_t page_size = 0;  ///< 0: not made of pages
    std::vector<Slice> slices;

    std::uint64_t length() const noexcept;
};

/// Where everything of one backup lies. It has a file of its own beside the manifest.
struct BackupIndex {
    std::vector<PackUse> packs;
    std::vector<StoredChunk> chunks;
    std::vector<StreamMap> streams;

    const StreamMap* find(std::string_view stream) const noexcept;
};

std::vector<std::byte> encode_index(const BackupIndex& index);
/// Throws ErrorKind::integrity for anything that could not have been encoded: afterwards every
/// number in it is within bounds.
BackupIndex decode_index(std::span<const std::byte> bytes);

}  // namespace keel
