#include "repository/base_backup.hpp"

#include <algorithm>

namespace keel {
namespace {

/// Below this share (in percent) of use a chunk, or a pack, is left behind.
constexpr std::uint64_t least_use_of_chunk = 50;
constexpr std::uint64_t least_use_of_pack = 25;

}  // namespace

BaseBackup::BaseBackup(const Storage& storage, const Vault& vault, Manifest manifest,
                       BackupIndex index, const std::set<std::string>& doomed)
    : manifest_(std::move(manifest)),
      index_(std::move(index)),
      reader_(storage, vault, index_),
      usable_(index_.chunks.size(), false) {
    judge(doomed);
}

void BaseBackup::judge(const std::set<std::string>& doomed) {
    std::vector<std::uint64_t> used(index_.chunks.size(), 0);
    for (const StreamMap& stream : index_.streams) {
        for (const Slice& slice : stream.slices) used[slice.chunk] += slice.length;
    }
    std::vector<std::uint64_t> in_pack(index_.packs.size(), 0);
    for (std::size_t i = 0; i < used.size(); ++i) {
        const StoredChunk& chunk = index_.chunks[i];
        const bool is_used = used[i] * 100 >= chunk.raw * least_use_of_chunk;
        if (used[i] > 0) in_pack[chunk.pack] += chunk.stored;
        usable_[i] = is_used && used[i] > 0;
    }
    for (std::size_t i = 0; i < used.size(); ++i) {
        const StoredChunk& chunk = index_.chunks[i];
        const PackUse& pack = index_.packs[chunk.pack];
        const bool is_pack_used = in_pack[chunk.pack] * 100 >= pack.bytes * least_use_of_pack;
        if (!is_pack_used || doomed.contains(pack_name(pack))) usable_[i] = false;
        if (usable_[i]) by_id_.emplace(chunk.id, static_cast<std::uint32_t>(i));
    }
    // The fingerprints of pages lie in chunks of their own, and must be usable with what they are
    // of.
    for (std::size_t i = 0; i < used.size(); ++i) {
        const std::uint32_t tags = index_.chunks[i].tags;
        if (tags == StoredChunk::none) continue;
        if (doomed.contains(pack_name(index_.packs[index_.chunks[tags].pack]))) usable_[i] = false;
    }
}

bool BaseBackup::is_usable(const StreamMap& stream) const noexcept {
    return std::ranges::all_of(stream.slices,
                               [&](const Slice& slice) { return usable_[slice.chunk]; });
}

std::optional<std::uint32_t> BaseBackup::find(const Fingerprint& id, std::size_t raw) const {
    const auto found = by_id_.find(id);
    if (found == by_id_.end() || index_.chunks[found->second].raw != raw) return std::nullopt;
    return found->second;
}

}  // namespace keel
