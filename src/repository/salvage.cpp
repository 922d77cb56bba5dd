#include "repository/salvage.hpp"

#include <fmt/format.h>

#include <array>

#include "base/error.hpp"
#include "repository/frame.hpp"
#include "repository/little_endian.hpp"
#include "repository/pack_file.hpp"

namespace keel {
namespace {

struct FrameHead {
    FrameName name;
    std::uint32_t size = 0;  ///< of the whole frame
};

FrameHead read_head(const StoredObject& object, std::uint64_t offset) {
    std::array<std::byte, frame_header_size> bytes{};
    object.read_at(offset, bytes);
    const auto head = std::span<const std::byte, frame_header_size>(bytes);
    const std::uint32_t payload = get_le<std::uint32_t>(head.subspan<12, 4>());
    if (payload > 2 * largest_chunk) throw Error(ErrorKind::integrity, "a frame is too long");
    return {{.number = get_le<std::uint64_t>(head.subspan<0, 8>()),
             .raw = get_le<std::uint32_t>(head.subspan<8, 4>())},
            static_cast<std::uint32_t>(frame_header_size) + payload};
}

}  // namespace

Salvage Salvage::read(const Storage& storage, const Vault& vault, std::span<const PackUse> packs,
                      const Context& context) {
    Salvage salvage;
    salvage.has_found_ = !packs.empty();
    for (std::size_t i = 0; i < packs.size(); ++i) {
        context.progress.on({.phase = "reading what an interrupted backup has stored",
                             .item = {},
                             .done = i,
                             .total = packs.size()});
        try {
            salvage.read_pack(storage, vault, packs[i], context);
        } catch (const Error& error) {
            const bool is_of_pack =
                error.kind() == ErrorKind::integrity || error.kind() == ErrorKind::not_found;
            if (!is_of_pack) throw;
            context.logger.log(Level::debug, fmt::format("pack {} is not used again: {}",
                                                         pack_name(packs[i]), error.message()));
        }
    }
    return salvage;
}

void Salvage::read_pack(const Storage& storage, const Vault& vault, PackUse pack,
                        const Context& context) {
    const auto object = storage.open_object(pack_key(pack));
    pack.bytes = object->size();
    const OpenedPack opened = open_pack(*object, pack.run, vault);
    const auto position = static_cast<std::uint32_t>(packs_.size());
    std::vector<StoredChunk> found;
    FrameDecoder decoder;
    std::vector<std::byte> frame;
    for (std::uint64_t offset = opened.head_size; offset < pack.bytes;) {
        context.check_cancelled("reading what an interrupted backup has stored");
        const FrameHead head = read_head(*object, offset);
        frame.resize(head.size);
        object->read_at(offset, frame);
        const auto chunk = decoder.decode(opened.run, head.name, frame);
        const Fingerprint id = vault.fingerprinter()(chunk);
        found.push_back({.pack = position,
                         .offset = offset,
                         .stored = head.size,
                         .raw = head.name.raw,
                         .number = head.name.number,
                         .id = id});
        offset += head.size;
    }
    // Only now: of a pack that is damaged somewhere, nothing is used.
    packs_.push_back(std::move(pack));
    for (const StoredChunk& chunk : found) chunks_.emplace(chunk.id, chunk);
}

const StoredChunk* Salvage::find(const Fingerprint& id, std::size_t raw) const {
    const auto found = chunks_.find(id);
    return found != chunks_.end() && found->second.raw == raw ? &found->second : nullptr;
}

}  // namespace keel
