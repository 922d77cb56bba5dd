#include "repository/backup_index.hpp"

#include <algorithm>
#include <numeric>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "repository/frame.hpp"
#include "repository/little_endian.hpp"

namespace keel {
namespace {

constexpr std::string_view magic = "KEELIDX1";

class Writer {
  public:
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            bytes_.push_back(static_cast<std::byte>((value & 0x7f) | 0x80));
            value >>= 7;
        }
        bytes_.push_back(static_cast<std::byte>(value));
    }
    void text(std::string_view value) {
        number(value.size());
        raw(value);
    }
    void raw(std::string_view value) {
        const auto bytes = as_bytes(value);
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
    void fingerprint(const Fingerprint& value) {
        std::array<std::byte, 16> bytes{};
        put_le(std::span(bytes).subspan<0, 8>(), value.low);
        put_le(std::span(bytes).subspan<8, 8>(), value.high);
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
    std::vector<std::byte> take() { return std::move(bytes_); }

  private:
    std::vector<std::byte> bytes_;
};

Error damaged() {
    return Error(ErrorKind::integrity, "the index of the backup is damaged");
}

class Reader {
  public:
    explicit Reader(std::span<const std::byte> rest) : rest_(rest) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = std::to_integer<std::uint64_t>(take(1)[0]);
            value |= (byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        throw damaged();
    }
    std::uint32_t below(std::uint64_t limit) {
        const std::uint64_t value = number();
        if (value >= limit) throw damaged();
        return static_cast<std::uint32_t>(value);
    }
    /// How many of something follow; none of it is shorter than a byte.
    std::size_t count() {
        const std::uint64_t value = number();
        if (value > rest_.size()) throw damaged();
        return static_cast<std::size_t>(value);
    }
    std::string text() { return std::string(as_text(take(count()))); }
    std::string_view raw(std::size_t size) { return as_text(take(size)); }
    Fingerprint fingerprint() {
        const auto bytes = take(16);
        return {get_le<std::uint64_t>(bytes.subspan<0, 8>()),
                get_le<std::uint64_t>(bytes.subspan<8, 8>())};
    }
    bool at_end() const noexcept { return rest_.empty(); }

  private:
    std::span<const std::byte> take(std::size_t size) {
        if (size > rest_.size()) throw damaged();
        const auto result = rest_.first(size);
        rest_ = rest_.subspan(size);
        return result;
    }
    std::span<const std::byte> rest_;
};

/// Signed differences of neighbours are small: 0, -1, 1, -2 … become 0, 1, 2, 3 …
std::uint64_t fold(std::int64_t value) noexcept {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unfold(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

void write_chunk(Writer& out, const StoredChunk& chunk) {
    out.number(chunk.pack);
    out.number(chunk.offset);
    out.number(chunk.stored);
    out.number(chunk.raw);
    out.number(chunk.number);
    out.fingerprint(chunk.id);
    out.number(chunk.tags == StoredChunk::none ? 0 : std::uint64_t{chunk.tags} + 1);
    if (chunk.tags != StoredChunk::none) out.number(chunk.tags_offset);
}

StoredChunk read_chunk(Reader& in, const BackupIndex& index, std::size_t chunks) {
    StoredChunk chunk;
    chunk.pack = in.below(index.packs.size());
    chunk.offset = in.number();
    chunk.stored = in.below(largest_chunk + frame_overhead + 1);
    chunk.raw = in.below(largest_chunk + 1);
    chunk.number = in.number();
    chunk.id = in.fingerprint();
    const std::uint32_t tags = in.below(chunks + 1);
    if (tags > 0) {
        chunk.tags = tags - 1;
        chunk.tags_offset = in.below(largest_chunk);
    }
    const std::uint64_t size = index.packs[chunk.pack].bytes;
    if (chunk.stored < frame_overhead || chunk.stored > size ||
        chunk.offset > size - chunk.stored) {
        throw damaged();
    }
    return chunk;
}

void write_stream(Writer& out, const StreamMap& stream) {
    out.text(stream.name);
    out.number(stream.page_size);
    out.number(stream.slices.size());
    std::int64_t before = 0;
    for (const Slice& slice : stream.slices) {
        out.number(fold(std::int64_t{slice.chunk} - before));
        out.number(slice.offset);
        out.number(slice.length);
        before = slice.chunk;
    }
}

StreamMap read_stream(Reader& in, const BackupIndex& index) {
    StreamMap stream;
    stream.name = in.text();
    stream.page_size = in.below(65536 + 1);
    stream.slices.resize(in.count());
    std::int64_t before = 0;
    for (Slice& slice : stream.slices) {
        before += unfold(in.number());
        if (before < 0 || before >= static_cast<std::int64_t>(index.chunks.size())) throw damaged();
        slice.chunk = static_cast<std::uint32_t>(before);
        const std::uint32_t raw = index.chunks[slice.chunk].raw;
        slice.offset = in.below(std::uint64_t{raw} + 1);
        slice.length = in.below(std::uint64_t{raw} - slice.offset + 1);
    }
    return stream;
}

}  // namespace

std::uint64_t StreamMap::length() const noexcept {
    return std::accumulate(
        slices.begin(), slices.end(), std::uint64_t{0},
        [](std::uint64_t sum, const Slice& slice) { return sum + slice.length; });
}

const StreamMap* BackupIndex::find(std::string_view stream) const noexcept {
    const auto found = std::ranges::find(streams, stream, &StreamMap::name);
    return found == streams.end() ? nullptr : &*found;
}

std::vector<std::byte> encode_index(const BackupIndex& index) {
    Writer out;
    out.raw(magic);
    out.number(index.packs.size());
    for (const PackUse& pack : index.packs) {
        out.text(pack.run);
        out.number(pack.number);
        out.number(pack.bytes);
    }
    out.number(index.chunks.size());
    for (const StoredChunk& chunk : index.chunks) write_chunk(out, chunk);
    out.number(index.streams.size());
    for (const StreamMap& stream : index.streams) write_stream(out, stream);
    return out.take();
}

BackupIndex decode_index(std::span<const std::byte> bytes) {
    Reader in(bytes);
    if (in.raw(magic.size()) != magic) throw damaged();
    BackupIndex index;
    index.packs.resize(in.count());
    for (PackUse& pack : index.packs) {
        pack.run = in.text();
        pack.number = in.below(~std::uint32_t{0});
        pack.bytes = in.number();
    }
    const std::size_t chunks = in.count();
    index.chunks.reserve(chunks);
    for (std::size_t i = 0; i < chunks; ++i) index.chunks.push_back(read_chunk(in, index, chunks));
    index.streams.resize(in.count());
    for (StreamMap& stream : index.streams) stream = read_stream(in, index);
    if (!in.at_end()) throw damaged();
    return index;
}

}  // namespace keel
