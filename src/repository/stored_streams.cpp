#include "repository/stored_streams.hpp"

#include <algorithm>
#include <cstring>
#include <list>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "repository/pack_reader.hpp"
#include "repository/read_ahead.hpp"

namespace keel {
namespace {

/// Chunks that a source keeps decoded: a stream of pages goes to and fro between few of them.
constexpr std::size_t most_cached_pages = 24;
constexpr std::size_t most_cached = 2;
/// Chunks that are on their way to a source.
constexpr std::size_t most_awaited = 4;
constexpr std::size_t buffer_size = 256 * 1024;

/// What is shared by all sources of one backup.
struct Contents {
    Contents(const Storage& storage, const Vault& vault, const Manifest& of)
        : manifest(of),
          index(read_index(storage, vault, of)),
          packs(storage, vault, index),
          ahead(packs) {}

    Manifest manifest;
    BackupIndex index;
    PackReader packs;
    mutable ReadAhead ahead;  ///< what it is asked for are chunks of constants
};

class StoredSource final : public ByteSource {
  public:
    StoredSource(std::shared_ptr<const Contents> contents, const StoredStream& stream,
                 const StreamMap& map)
        : contents_(std::move(contents)),
          stream_(stream),
          map_(map),
          title_(fmt::format("stream '{}' of backup {}", stream.name, contents_->manifest.id)) {
        if (map.length() != stream.raw_bytes) fail("its map is not as long as it was");
    }

    std::size_t read(std::span<std::byte> buffer) override {
        if (!failure_.empty()) throw Error(ErrorKind::integrity, failure_);
        if (buffer.empty()) return 0;
        while (slice_ < map_.slices.size() && in_slice_ == map_.slices[slice_].length) {
            ++slice_;
            in_slice_ = 0;
        }
        if (slice_ == map_.slices.size()) return check_end();
        const Slice& slice = map_.slices[slice_];
        const std::size_t count = std::min<std::size_t>(buffer.size(), slice.length - in_slice_);
        const auto& bytes = chunk(slice.chunk);
        const auto part = std::span(bytes).subspan(slice.offset + in_slice_, count);
        std::memcpy(buffer.data(), part.data(), part.size());
        digest_.update(part);
        in_slice_ += static_cast<std::uint32_t>(count);
        return count;
    }

  private:
    const std::vector<std::byte>& chunk(std::uint32_t number) {
        const auto found = cached_.find(number);
        if (found != cached_.end()) {
            order_.splice(order_.begin(), order_, found->second.second);
            return found->second.first;
        }
        order_ahead();
        std::vector<std::byte> bytes;
        try {
            bytes = fetch(number);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::integrity) fail(error.message());
            throw;
        }
        if (cached_.size() >= (map_.page_size > 0 ? most_cached_pages : most_cached)) {
            const auto oldest = cached_.find(order_.back());
            contents_->ahead.give_back(std::move(oldest->second.first));
            cached_.erase(oldest);
            order_.pop_back();
        }
        order_.push_front(number);
        return cached_.emplace(number, std::pair(std::move(bytes), order_.begin()))
            .first->second.first;
    }

    std::vector<std::byte> fetch(std::uint32_t number) {
        if (const auto awaited = awaited_.find(number); awaited != awaited_.end())
            return awaited_.extract(awaited).mapped().get();
        return contents_->packs.read(number, decoder_);
    }

    /// Asks for the chunks behind the slice that is being read.
    void order_ahead() {
        next_ahead_ = std::max(next_ahead_, slice_ + 1);
        while (awaited_.size() < most_awaited && next_ahead_ < map_.slices.size()) {
            const std::uint32_t number = map_.slices[next_ahead_++].chunk;
            if (number == map_.slices[slice_].chunk || cached_.contains(number) ||
                awaited_.contains(number))
                continue;
            awaited_.emplace(number, contents_->ahead.request(number));
        }
    }

    std::size_t check_end() {
        if (!at_end_ && digest_.finish().hex() != stream_.digest) fail("its digest does not match");
        at_end_ = true;
        return 0;
    }

    [[noreturn]] void fail(std::string_view why) {
        failure_ =
            fmt::format("{} is damaged: {}", title_, why);  // reading on must not look like an end
        throw Error(ErrorKind::integrity, failure_);
    }

    using Order = std::list<std::uint32_t>;  // most recently used first

    std::shared_ptr<const Contents> contents_;
    const StoredStream& stream_;
    const StreamMap& map_;
    std::string title_;
    FrameDecoder decoder_;
    FastDigest digest_;
    std::size_t slice_ = 0;
    std::uint32_t in_slice_ = 0;
    Order order_;
    std::map<std::uint32_t, std::pair<std::vector<std::byte>, Order::iterator>> cached_;
    std::map<std::uint32_t, ReadAhead::Chunk> awaited_;
    std::size_t next_ahead_ = 0;  ///< the first slice that was not looked at for `awaited_`
    bool at_end_ = false;
    std::string failure_;
};

class BackupStreams final : public StreamReader {
  public:
    explicit BackupStreams(std::shared_ptr<const Contents> contents)
        : contents_(std::move(contents)) {}

    std::unique_ptr<ByteSource> open(std::string_view name) override {
        const auto& streams = contents_->manifest.streams;
        const auto stream = std::ranges::find(streams, name, &StoredStream::name);
        const StreamMap* map = contents_->index.find(name);
        if (stream == streams.end() || !map) {
            throw Error(ErrorKind::integrity,
                        fmt::format("backup {} has no stream '{}'", contents_->manifest.id, name));
        }
        return std::make_unique<StoredSource>(contents_, *stream, *map);
    }

  private:
    std::shared_ptr<const Contents> contents_;
};

/// Reads everything of one backup, and notes what is wrong.
class ReadBack {
  public:
    ReadBack(std::shared_ptr<const Contents> contents, const Context& context, Verification& result)
        : contents_(std::move(contents)), context_(context), result_(result) {}

    void run() {
        BackupStreams streams(contents_);
        std::vector<std::byte> buffer(buffer_size);
        for (const StoredStream& stream : contents_->manifest.streams) {
            attempt([&] {
                const auto source = streams.open(stream.name);
                while (source->read(buffer) > 0) report(stream.name);
            });
            done_ += stream.raw_bytes;
        }
        read_tags();
        for (const StoredChunk& chunk : contents_->index.chunks)
            result_.checked_bytes += chunk.stored;
        result_.checked_bytes += contents_->manifest.index_bytes;
    }

    void run_sample(const SamplePart& sample) {
        FrameDecoder decoder;
        const auto& chunks = contents_->index.chunks;
        for (std::size_t i = sample.part; i < chunks.size(); i += sample.parts) {
            attempt([&] { contents_->packs.read(static_cast<std::uint32_t>(i), decoder); });
            result_.checked_bytes += chunks[i].stored;
            done_ += chunks[i].stored;
            report("sample");
        }
    }

  private:
    /// Fingerprints of pages belong to no stream.
    void read_tags() {
        FrameDecoder decoder;
        std::vector<bool> is_read(contents_->index.chunks.size(), false);
        for (const StoredChunk& chunk : contents_->index.chunks) {
            if (chunk.tags == StoredChunk::none || is_read[chunk.tags]) continue;
            is_read[chunk.tags] = true;
            attempt([&] { contents_->packs.read(chunk.tags, decoder); });
        }
    }

    template <typename Work>
    void attempt(const Work& work) {
        try {
            work();
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::cancelled) throw;
            result_.problems.push_back(error.message());
        }
    }

    void report(const std::string& stream) {
        context_.check_cancelled("reading the backup back");
        context_.progress.on({.phase = "verify",
                              .item = stream,
                              .done = done_,
                              .total = 0,
                              .unit = ProgressUnit::bytes});
    }

    std::shared_ptr<const Contents> contents_;
    const Context& context_;
    Verification& result_;
    std::uint64_t done_ = 0;
};

}  // namespace

std::unique_ptr<StreamReader> open_streams(const Storage& storage, const Vault& vault,
                                           const Manifest& manifest) {
    return std::make_unique<BackupStreams>(
        std::make_shared<const Contents>(storage, vault, manifest));
}

namespace {

template <typename Work>
Verification checked(const char* how, const Context& context, const Work& work) {
    Verification result{.at = {}, .how = how, .ok = false};
    context.check_cancelled("reading the backup back");
    try {
        work(result);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        result.problems.push_back(error.message());
    }
    result.ok = result.problems.empty();
    return result;
}

}  // namespace

Verification read_back(const Storage& storage, const Vault& vault, const Manifest& manifest,
                       const Context& context) {
    return checked("read", context, [&](Verification& result) {
        ReadBack(std::make_shared<const Contents>(storage, vault, manifest), context, result).run();
    });
}

Verification read_sample(const Storage& storage, const Vault& vault, const Manifest& manifest,
                         const SamplePart& sample, const Context& context) {
    return checked("sample", context, [&](Verification& result) {
        ReadBack(std::make_shared<const Contents>(storage, vault, manifest), context, result)
            .run_sample(sample);
    });
}

}  // namespace keel
