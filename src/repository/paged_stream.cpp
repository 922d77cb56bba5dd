#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "repository/base_pages.hpp"
#include "repository/chunked_stream.hpp"
#include "repository/little_endian.hpp"

namespace keel {
namespace {

constexpr std::size_t fingerprint_size = 16;
/// Fingerprints of pages are collected into chunks of this size.
constexpr std::size_t tags_target = 256u << 10;
/// A stretch of `chunk_target` that lies in more parts than this is stored anew as a whole, so that
/// maps stay small and restores quick however long the history.
constexpr std::size_t most_fragments = 96;
constexpr std::uint32_t pending = StoredChunk::none;

class PagedSink final : public StreamSink {
  public:
    PagedSink(std::string name, std::size_t page_size, ChunkStore& store, StreamDone done)
        : store_(store),
          done_(std::move(done)),
          page_size_(page_size),
          base_(store.base(), name, page_size) {
        map_.name = std::move(name);
        map_.page_size = static_cast<std::uint32_t>(page_size);
    }

    void write(std::span<const std::byte> bytes) override {
        digest_.update(bytes);
        raw_bytes_ += bytes.size();
        while (!bytes.empty()) {
            if (block_.empty() && bytes.size() >= chunk_target) {
                take_block(bytes.first(chunk_target));
                bytes = bytes.subspan(chunk_target);
                continue;
            }
            const std::size_t count = std::min(bytes.size(), chunk_target - block_.size());
            block_.insert(block_.end(), bytes.begin(),
                          bytes.begin() + static_cast<std::ptrdiff_t>(count));
            bytes = bytes.subspan(count);
            if (block_.size() == chunk_target) take_rest();
        }
    }

    void finish() override {
        if (block_.size() % page_size_ != 0)
            throw Error(ErrorKind::internal, "a stream of pages ends within a page");
        take_rest();
        store_fresh();
        store_tags();
        done_({.stream = {.name = map_.name,
                          .raw_bytes = raw_bytes_,
                          .digest = digest_.finish().hex()},
               .map = std::move(map_)});
    }

  private:
    void take_rest() {
        take_block(block_);
        block_.clear();
    }

    void take_block(std::span<const std::byte> block) {
        const std::size_t pages = block.size() / page_size_;
        const bool is_scattered = base_.fragments(pages, most_fragments) > most_fragments;
        for (std::size_t i = 0; i < pages; ++i) {
            const auto page = block.subspan(i * page_size_, page_size_);
            const Fingerprint fingerprint = store_.vault().fingerprinter()(page);
            const auto before = base_.next();
            if (before && before->fingerprint == fingerprint && !is_scattered)
                add_slice(store_.reuse(before->chunk), before->offset);
            else
                add_fresh(page, fingerprint);
        }
    }

    void add_slice(std::uint32_t chunk, std::uint32_t offset) {
        const auto length = static_cast<std::uint32_t>(page_size_);
        if (!map_.slices.empty()) {
            Slice& last = map_.slices.back();
            if (last.chunk == chunk && last.offset + last.length == offset) {
                last.length += length;
                return;
            }
        }
        map_.slices.push_back({.chunk = chunk, .offset = offset, .length = length});
    }

    void add_fresh(std::span<const std::byte> page, const Fingerprint& fingerprint) {
        if (fresh_.empty()) {
            fresh_.reserve(chunk_target);
            first_pending_ = map_.slices.size();
        }
        add_slice(pending, static_cast<std::uint32_t>(fresh_.size()));
        fresh_.insert(fresh_.end(), page.begin(), page.end());
        std::array<std::byte, fingerprint_size> tag{};
        put_le(std::span(tag).subspan<0, 8>(), fingerprint.low);
        put_le(std::span(tag).subspan<8, 8>(), fingerprint.high);
        fresh_tags_.insert(fresh_tags_.end(), tag.begin(), tag.end());
        if (fresh_.size() >= chunk_target) store_fresh();
    }

    void store_fresh() {
        if (fresh_.empty()) return;
        const std::uint32_t chunk = store_.add(std::exchange(fresh_, {}));
        for (std::size_t i = first_pending_; i < map_.slices.size(); ++i) {
            if (map_.slices[i].chunk == pending) map_.slices[i].chunk = chunk;
        }
        if (tags_.size() + fresh_tags_.size() > tags_target) store_tags();
        tagged_.emplace_back(chunk, static_cast<std::uint32_t>(tags_.size()));
        tags_.insert(tags_.end(), fresh_tags_.begin(), fresh_tags_.end());
        fresh_tags_.clear();
    }

    void store_tags() {
        if (tags_.empty()) return;
        const std::uint32_t tags = store_.add(std::exchange(tags_, {}));
        for (const auto& [chunk, offset] : tagged_) store_.set_tags(chunk, tags, offset);
        tagged_.clear();
    }

    ChunkStore& store_;
    StreamDone done_;
    std::size_t page_size_;
    BasePages base_;
    StreamMap map_;
    FastDigest digest_;
    std::uint64_t raw_bytes_ = 0;
    std::vector<std::byte> block_;
    std::vector<std::byte> fresh_;  ///< pages that must be stored
    std::vector<std::byte> fresh_tags_;
    std::size_t first_pending_ = 0;  ///< the first slice that may be of `fresh_`
    std::vector<std::byte> tags_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> tagged_;  ///< chunk, offset in `tags_`
};

}  // namespace

std::unique_ptr<StreamSink> make_paged_sink(std::string name, std::size_t page_size,
                                            ChunkStore& store, StreamDone done) {
    const bool is_power = page_size > 0 && (page_size & (page_size - 1)) == 0;
    if (!is_power || page_size > 65536)
        throw Error(ErrorKind::internal, "a stream cannot have pages of that size");
    return std::make_unique<PagedSink>(std::move(name), page_size, store, std::move(done));
}

}  // namespace keel
