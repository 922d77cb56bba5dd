#include "repository/pack_file.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace keel {
namespace {

constexpr std::string_view magic = "KEELPACK";
constexpr std::byte version{1};
constexpr std::size_t fixed_size = 48;  // magic, version, mode, length of the run's id, five zeros
constexpr std::size_t run_at = 16;
constexpr std::size_t longest_run = fixed_size - run_at;
constexpr std::size_t sealed_size = sizeof(Key) + sealed_overhead;

Error foreign() {
    return Error(ErrorKind::integrity, "its head is damaged, or that of another pack");
}

}  // namespace

std::string pack_folder(std::string_view run) {
    return fmt::format("packs/{}", run);
}

std::string pack_name(const PackUse& pack) {
    return fmt::format("{}/{:05}", pack.run, pack.number);
}

std::string pack_key(const PackUse& pack) {
    return "packs/" + pack_name(pack);
}

std::vector<std::byte> pack_head(const RunKey& run) {
    std::vector<std::byte> head(fixed_size);
    std::ranges::copy(as_bytes(magic), head.begin());
    head[magic.size()] = version;
    head[magic.size() + 1] = run.key ? std::byte{1} : std::byte{0};
    head[magic.size() + 2] = static_cast<std::byte>(run.run.size());
    if (run.run.size() > longest_run)
        throw Error(ErrorKind::internal, "the id of a run is too long");
    std::ranges::copy(as_bytes(run.run), head.begin() + run_at);
    head.insert(head.end(), run.sealed.begin(), run.sealed.end());
    return head;
}

OpenedPack open_pack(const StoredObject& object, std::string_view run, const Vault& vault) {
    const std::size_t size = fixed_size + (vault.encrypts() ? sealed_size : 0);
    if (object.size() < size) throw foreign();
    std::vector<std::byte> head(size);
    object.read_at(0, head);
    OpenedPack opened{.run = vault.open_run(std::string(run), std::span(head).subspan(fixed_size)),
                      .head_size = size};
    if (pack_head(opened.run) != head) throw foreign();
    return opened;
}

PackFile::PackFile(std::unique_ptr<ByteSink> sink, const RunKey& run) : sink_(std::move(sink)) {
    append(pack_head(run));
}

std::uint64_t PackFile::append(std::span<const std::byte> frame) {
    const std::uint64_t at = size_;
    sink_->write(frame);
    digest_.update(frame);
    size_ += frame.size();
    return at;
}

Fingerprint PackFile::finish() {
    sink_->finish();
    return digest_.finish();
}

}  // namespace keel
