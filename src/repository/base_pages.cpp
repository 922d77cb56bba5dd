#include "repository/base_pages.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "repository/little_endian.hpp"

namespace keel {
namespace {

constexpr std::size_t fingerprint_size = 16;
/// Chunks of fingerprints that are remembered (256 KiB each).
constexpr std::size_t most_cached = 16;

Fingerprint read_fingerprint(std::span<const std::byte, fingerprint_size> bytes) {
    return {get_le<std::uint64_t>(bytes.subspan<0, 8>()),
            get_le<std::uint64_t>(bytes.subspan<8, 8>())};
}

}  // namespace

BasePages::BasePages(const BaseBackup* base, std::string_view stream, std::size_t page_size)
    : base_(base), page_size_(page_size) {
    const StreamMap* there = base ? base->index().find(stream) : nullptr;
    if (there && there->page_size == page_size) map_ = there;
    skip_empty();
}

void BasePages::skip_empty() {
    while (map_ && slice_ < map_->slices.size() && in_slice_ >= map_->slices[slice_].length) {
        ++slice_;
        in_slice_ = 0;
    }
}

std::optional<BasePages::Page> BasePages::next() {
    if (!map_ || slice_ >= map_->slices.size()) return std::nullopt;
    const Slice& slice = map_->slices[slice_];
    Page page{.fingerprint = {}, .chunk = slice.chunk, .offset = slice.offset + in_slice_};
    in_slice_ += static_cast<std::uint32_t>(page_size_);
    skip_empty();
    if (!base_->is_usable(page.chunk)) return std::nullopt;
    const StoredChunk& chunk = base_->index().chunks[page.chunk];
    const auto* tags = tags_of(chunk.tags);
    const std::size_t at = chunk.tags_offset + page.offset / page_size_ * fingerprint_size;
    if (!tags || tags->size() < at + fingerprint_size) return std::nullopt;
    page.fingerprint =
        read_fingerprint(std::span<const std::byte>(*tags).subspan(at).first<fingerprint_size>());
    return page;
}

std::size_t BasePages::fragments(std::size_t pages, std::size_t limit) const {
    if (!map_) return 0;
    std::uint64_t left = std::uint64_t{pages} * page_size_ + in_slice_;
    std::size_t count = 0;
    for (std::size_t i = slice_; i < map_->slices.size() && left > 0 && count <= limit; ++i) {
        left -= std::min<std::uint64_t>(left, map_->slices[i].length);
        ++count;
    }
    return count;
}

const std::vector<std::byte>* BasePages::tags_of(std::uint32_t chunk) {
    if (chunk == StoredChunk::none) return nullptr;
    auto found = cache_.find(chunk);
    if (found == cache_.end()) {
        if (cache_.size() >= most_cached) cache_.erase(cache_.begin());
        std::vector<std::byte> tags;
        try {
            tags = base_->reader().read(chunk, decoder_);
        } catch (const Error& error) {
            // Then its pages are stored anew; that the old backup is damaged, its check finds.
            if (error.kind() != ErrorKind::integrity) throw;
        }
        found = cache_.emplace(chunk, std::move(tags)).first;
    }
    return found->second.empty() ? nullptr : &found->second;
}

}  // namespace keel
