#include "repository/chunked_stream.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"

namespace keel {
namespace {

bool is_name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '/';
}

bool is_stream_name(std::string_view name) noexcept {
    constexpr std::size_t longest = 100;
    return !name.empty() && name.size() <= longest &&
           std::ranges::all_of(name, is_name_character) && name.front() != '/' &&
           name.back() != '/' && name.find("//") == std::string_view::npos;
}

class ChunkedSink final : public StreamSink {
  public:
    ChunkedSink(std::string name, ChunkStore& store, StreamDone done)
        : store_(store), done_(std::move(done)) {
        map_.name = std::move(name);
    }

    void write(std::span<const std::byte> bytes) override {
        digest_.update(bytes);
        raw_bytes_ += bytes.size();
        while (!bytes.empty()) {
            if (piece_.capacity() < chunk_target) piece_.reserve(chunk_target);
            const std::size_t count = std::min(bytes.size(), chunk_target - piece_.size());
            piece_.insert(piece_.end(), bytes.begin(),
                          bytes.begin() + static_cast<std::ptrdiff_t>(count));
            bytes = bytes.subspan(count);
            if (piece_.size() == chunk_target) cut();
        }
    }

    void cut() override {
        if (piece_.empty()) return;
        const auto length = static_cast<std::uint32_t>(piece_.size());
        map_.slices.push_back(
            {.chunk = store_.add(std::exchange(piece_, {})), .offset = 0, .length = length});
    }

    void finish() override {
        cut();
        done_({.stream = {.name = map_.name,
                          .raw_bytes = raw_bytes_,
                          .digest = digest_.finish().hex()},
               .map = std::move(map_)});
    }

  private:
    ChunkStore& store_;
    StreamDone done_;
    StreamMap map_;
    FastDigest digest_;
    std::uint64_t raw_bytes_ = 0;
    std::vector<std::byte> piece_;
};

}  // namespace

void check_stream_name(std::string_view name) {
    if (is_stream_name(name)) return;
    throw Error(ErrorKind::integrity, fmt::format("'{}' is no name of a backup's stream", name));
}

std::unique_ptr<StreamSink> make_chunked_sink(std::string name, ChunkStore& store,
                                              StreamDone done) {
    return std::make_unique<ChunkedSink>(std::move(name), store, std::move(done));
}

bool keep_stream(std::string_view name, ChunkStore& store, const StreamDone& done) {
    const BaseBackup* base = store.base();
    const StreamMap* there = base ? base->index().find(name) : nullptr;
    if (!there || !base->is_usable(*there)) return false;
    const auto& streams = base->manifest().streams;
    const auto described = std::ranges::find(streams, name, &StoredStream::name);
    if (described == streams.end()) return false;
    FinishedStream kept{.stream = *described, .map = *there};
    for (Slice& slice : kept.map.slices) slice.chunk = store.reuse(slice.chunk);
    done(std::move(kept));
    return true;
}

}  // namespace keel
