#include "repository/vault.hpp"

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr Key no_key{};

std::array<std::byte, Fingerprinter::secret_size> expand(const Key& seed) {
    std::array<std::byte, Fingerprinter::secret_size> secret{};
    for (std::size_t i = 0; i < secret.size() / sizeof(Key); ++i) {
        const Key part = derive_key(seed, fmt::format("fingerprints {}", i));
        std::memcpy(secret.data() + i * sizeof(Key), part.data(), sizeof(Key));
    }
    return secret;
}

Key seed_of(std::string_view repository) {
    const std::array parts = {std::string_view("keel repository "), repository};
    return keyed_digest(no_key, parts);
}

}  // namespace

Vault::Vault(const Key& fingerprint_seed)
    : fingerprinter_(std::make_shared<const Fingerprinter>(expand(fingerprint_seed))) {}

Vault Vault::plain(std::string_view repository) {
    return Vault(seed_of(repository));
}

Vault Vault::full(const Key& master) {
    Vault vault(derive_key(master, "keel fingerprints"));
    vault.master_ = master;
    vault.pair_ = sealing_pair_from(derive_key(master, "keel reading"));
    vault.writer_ = WriterKeys{.public_key = vault.pair_->public_key,
                               .authentication = derive_key(master, "keel writing")};
    return vault;
}

Vault Vault::writing(const WriterKeys& keys) {
    // It finds nothing again that was stored before, because it cannot read what was.
    Vault vault(random_key());
    vault.writer_ = keys;
    return vault;
}

void Vault::require_reading() const {
    if (can_read()) return;
    throw Error(ErrorKind::config, "this key may write backups, and not read them")
        .with_hint("use the passphrase, or a key file that may read");
}

Key Vault::frame_key(std::span<const std::byte> secret, std::string_view purpose) const {
    const std::array parts = {std::string_view("keel frames "), as_text(secret), purpose};
    return keyed_digest(writer_->authentication, parts);
}

RunKey Vault::begin_run(std::string run) const {
    if (!encrypts()) return {.run = std::move(run), .sealed = {}, .key = std::nullopt};
    const Key secret = random_key();
    const Key key = frame_key(secret, run);
    return {.run = std::move(run), .sealed = seal_to(writer_->public_key, secret), .key = key};
}

RunKey Vault::open_run(std::string run, std::span<const std::byte> sealed) const {
    if (!encrypts()) return {.run = std::move(run), .sealed = {}, .key = std::nullopt};
    require_reading();
    const Key key = frame_key(open_sealed(*pair_, sealed), run);
    return {.run = std::move(run), .sealed = {sealed.begin(), sealed.end()}, .key = key};
}

std::string Vault::box(std::string_view text, std::string_view purpose) const {
    const Key secret = random_key();
    const auto sealed = seal_to(writer_->public_key, secret);
    const auto plain = as_bytes(text);
    std::vector<std::byte> bytes(plain.begin(), plain.end());
    std::array<std::byte, tag_size> tag{};
    encrypt(frame_key(secret, purpose), {}, as_bytes(purpose), bytes, tag);
    return hex(sealed) + hex(bytes) + hex(tag);
}

std::string Vault::unbox(std::string_view boxed, std::string_view purpose) const {
    require_reading();
    constexpr std::size_t head = sizeof(Key) + sealed_overhead;
    std::vector<std::byte> bytes = unhex(boxed);
    if (bytes.size() < head + tag_size) throw Error(ErrorKind::integrity, "it is too short");
    const std::span all(bytes);
    const auto secret = open_sealed(*pair_, all.first(head));
    const auto text = all.subspan(head, bytes.size() - head - tag_size);
    const auto tag = all.last(tag_size).first<tag_size>();
    if (!decrypt(frame_key(secret, purpose), {}, as_bytes(purpose), text, tag))
        throw Error(ErrorKind::integrity, "it was altered");
    return std::string(as_text(text));
}

}  // namespace keel
