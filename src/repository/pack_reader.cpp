#include "repository/pack_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "repository/little_endian.hpp"

namespace keel {
namespace {

/// Packs kept open at once.
constexpr std::size_t most_open = 32;
constexpr std::size_t index_piece = 1u << 20;
constexpr std::uint64_t largest_index = 4ull << 30;

/// Runs `work`; what it says about damage begins with `name`.
template <typename Work>
auto naming(const std::string& name, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found)
            throw Error(ErrorKind::integrity, name + " is missing");
        if (error.kind() != ErrorKind::integrity) throw;
        throw Error(ErrorKind::integrity, fmt::format("{} is damaged: {}", name, error.message()));
    }
}

std::vector<std::byte> read_whole(const StoredObject& object, std::uint64_t size,
                                  const std::string& digest) {
    if (object.size() != size || size > largest_index)
        throw Error(ErrorKind::integrity, "it is not as long as it was");
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    object.read_at(0, bytes);
    Digest found;
    found.update(bytes);
    if (found.finish_hex() != digest)
        throw Error(ErrorKind::integrity, "its digest does not match");
    return bytes;
}

/// The chunks of an object of frames, joined.
std::vector<std::byte> decode_frames(std::span<std::byte> frames, const RunKey& run) {
    std::vector<std::byte> result;
    FrameDecoder decoder;
    while (!frames.empty()) {
        if (frames.size() < frame_overhead) throw Error(ErrorKind::integrity, "it is cut off");
        const std::span<const std::byte> head = frames.first(frame_header_size);
        const FrameName name{.number = get_le<std::uint64_t>(head.subspan<0, 8>()),
                             .raw = get_le<std::uint32_t>(head.subspan<8, 4>())};
        const std::size_t size = frame_header_size + get_le<std::uint32_t>(head.subspan<12, 4>());
        if (size > frames.size()) throw Error(ErrorKind::integrity, "it is cut off");
        const auto piece = decoder.decode(run, name, frames.first(size));
        result.insert(result.end(), piece.begin(), piece.end());
        frames = frames.subspan(size);
    }
    return result;
}

}  // namespace

std::shared_ptr<const PackReader::Pack> PackReader::pack(std::uint32_t number) const {
    const std::lock_guard lock(mutex_);
    if (const auto found = open_.find(number); found != open_.end()) return found->second;
    const PackUse& use = index_.packs[number];
    auto object = storage_.open_object(pack_key(use));
    if (object->size() != use.bytes)
        throw Error(ErrorKind::integrity,
                    fmt::format("it has {} bytes instead of {}", object->size(), use.bytes));
    RunKey run = open_pack(*object, use.run, vault_).run;
    if (open_.size() >= most_open) open_.erase(open_.begin());
    return open_.emplace(number, std::make_shared<Pack>(std::move(object), std::move(run)))
        .first->second;
}

std::vector<std::byte> PackReader::read(std::uint32_t number, FrameDecoder& decoder,
                                        std::vector<std::byte> spare) const {
    const StoredChunk& chunk = index_.chunks[number];
    return naming(fmt::format("pack {}", pack_name(index_.packs[chunk.pack])), [&] {
        const auto from = pack(chunk.pack);
        const auto frame = decoder.room(chunk.stored);
        from->object->read_at(chunk.offset, frame);
        return decoder.decode(from->run, {.number = chunk.number, .raw = chunk.raw}, frame,
                              std::move(spare));
    });
}

std::string index_key(std::string_view backup) {
    return fmt::format("backups/{}/index", backup);
}

StoredIndex write_index(Storage& storage, std::string_view backup, const RunKey& run,
                        std::uint64_t first_frame, const BackupIndex& index) {
    const std::vector<std::byte> encoded = encode_index(index);
    std::vector<std::byte> bytes = pack_head(run);
    FrameEncoder encoder;
    for (std::size_t at = 0; at < encoded.size(); at += index_piece) {
        const auto piece =
            std::span(encoded).subspan(at, std::min(index_piece, encoded.size() - at));
        const auto frame = encoder.encode(run, first_frame++, piece);
        bytes.insert(bytes.end(), frame.begin(), frame.end());
    }
    const auto object = storage.create(index_key(backup));
    object->write(bytes);
    object->finish();
    Digest digest;
    digest.update(bytes);
    return {.bytes = bytes.size(), .digest = digest.finish_hex()};
}

BackupIndex read_index(const Storage& storage, const Vault& vault, const Manifest& manifest) {
    return naming(fmt::format("the index of backup {}", manifest.id), [&] {
        const auto object = storage.open_object(index_key(manifest.id));
        auto bytes = read_whole(*object, manifest.index_bytes, manifest.index_digest);
        const OpenedPack opened = open_pack(*object, manifest.id, vault);
        return decode_index(decode_frames(
            std::span(bytes).subspan(static_cast<std::size_t>(opened.head_size)), opened.run));
    });
}

}  // namespace keel
