#include "repository/key_slots.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "repository/sealed.hpp"

namespace keel {
namespace {

constexpr std::string_view folder = "keys";
constexpr std::string_view suffix = ".json";
constexpr std::string_view slot_purpose = "keel key slot";
constexpr std::string_view identity_prefix = "keel-identity-1:";
constexpr std::string_view recipient_prefix = "keel-recipient-1:";
constexpr std::string_view writer_prefix = "keel-writer-1:";
constexpr std::uint64_t largest_slot = 64 * 1024;
constexpr Seal slot_seal{.kind = "key", .repository = "", .key = nullptr};
/// A damaged or forged slot shall not make us fill the memory.
constexpr std::uint64_t largest_cost = 4ull << 30;

Error not_a_key(std::string_view what) {
    return Error(ErrorKind::config, fmt::format("this is no {}", what))
        .with_hint("a key file is made with: keel key add --key-file FILE");
}

Key key_after(std::string_view text, std::string_view prefix, std::string_view what) {
    const std::string_view line = trim(text);
    Key key{};
    if (!line.starts_with(prefix)) throw not_a_key(what);
    try {
        read_hex(line.substr(prefix.size()), key, what);
    } catch (const Error&) {
        throw not_a_key(what);
    }
    return key;
}

SealingPair pair_of(const Secret& identity) {
    return sealing_pair_from(key_after(identity.reveal(), identity_prefix, "key file"));
}

WriterKeys writer_keys_from(const Secret& text) {
    const std::string_view line = trim(text.reveal());
    constexpr std::size_t digits = 2 * sizeof(Key);
    WriterKeys keys;
    const std::string_view both = line.substr(std::min(line.size(), writer_prefix.size()));
    if (both.size() != 2 * digits) throw not_a_key("writer's key file");
    read_hex(both.substr(0, digits), keys.public_key, "the key file");
    read_hex(both.substr(digits), keys.authentication, "the key file");
    return keys;
}

bool is_writer_key(const Secret& text) {
    return trim(text.reveal()).starts_with(writer_prefix);
}

std::string wrap(const Key& master, const Key& with) {
    Key bytes = master;
    std::array<std::byte, tag_size> tag{};
    encrypt(with, {}, as_bytes(slot_purpose), bytes, tag);
    return hex(bytes) + hex(tag);
}

std::optional<Key> unwrap(std::string_view wrapped, const Key& with) {
    std::array<std::byte, sizeof(Key) + tag_size> bytes{};
    read_hex(wrapped, bytes, "a key of the backup repository");
    Key master{};
    std::copy_n(bytes.begin(), master.size(), master.begin());
    const auto tag = std::span(bytes).last<tag_size>();
    if (!decrypt(with, {}, as_bytes(slot_purpose), master, tag)) return std::nullopt;
    return master;
}

std::optional<Key> open_with_passphrase(const KeySlot& slot, const Secret& passphrase) {
    Salt salt{};
    read_hex(slot.body.at("salt").as_string(), salt, "a key of the backup repository");
    const auto number = [&](std::string_view name) {
        return static_cast<std::uint64_t>(slot.body.at(name).as_integer());
    };
    const PassphraseCost cost{.operations = number("operations"), .memory = number("memory")};
    if (cost.memory > largest_cost)
        throw Error(ErrorKind::integrity, "a key of the backup repository is damaged");
    return unwrap(slot.body.at("wrapped").as_string(), key_from_passphrase(passphrase, salt, cost));
}

std::optional<Key> open_with_identity(const KeySlot& slot, const SealingPair& pair) {
    if (slot.recipient != fmt::format("{}{}", recipient_prefix, hex(pair.public_key)))
        return std::nullopt;
    const auto bytes = open_sealed(pair, unhex(slot.body.at("wrapped").as_string()));
    Key master{};
    if (bytes.size() != master.size())
        throw Error(ErrorKind::integrity, "a key of the backup repository is damaged");
    std::ranges::copy(bytes, master.begin());
    return master;
}

std::optional<Key> open_any(std::span<const KeySlot> slots, const KeyRing& ring) {
    for (const KeySlot& slot : slots) {
        std::optional<Key> master;
        if (slot.kind == KeySlot::Kind::recipient && ring.key_file)
            master = open_with_identity(slot, pair_of(*ring.key_file));
        if (slot.kind == KeySlot::Kind::passphrase && ring.passphrase)
            master = open_with_passphrase(slot, *ring.passphrase);
        if (master) return master;
    }
    return std::nullopt;
}

std::string write_slot(Storage& storage, Json body, TimePoint now) {
    const std::string id = new_run_id(now);
    body.set("id", id).set("created_at", format_utc(now));
    const auto object = storage.create(fmt::format("{}/{}{}", folder, id, suffix));
    object->write(as_bytes(seal(body, slot_seal)));
    object->finish();
    return id;
}

KeySlot read_slot(const Storage& storage, const std::string& file) {
    const std::string key = fmt::format("{}/{}", folder, file);
    KeySlot slot;
    slot.body = unseal(storage.read(key, largest_slot), slot_seal, key);
    slot.id = slot.body.at("id").as_string();
    slot.created_at = parse_utc(slot.body.at("created_at").as_string());
    const std::string kind = slot.body.at("kind").as_string();
    slot.kind = kind == "recipient" ? KeySlot::Kind::recipient : KeySlot::Kind::passphrase;
    slot.recipient = slot.body.string_or("recipient", "");
    return slot;
}

}  // namespace

std::string_view to_string(KeySlot::Kind kind) noexcept {
    switch (kind) {
        case KeySlot::Kind::passphrase:
            return "passphrase";
        case KeySlot::Kind::recipient:
            return "recipient";
    }
    return "passphrase";
}

Identity new_identity() {
    const Key seed = random_key();
    return {.text = Secret(fmt::format("{}{}\n", identity_prefix, hex(seed))),
            .recipient =
                fmt::format("{}{}", recipient_prefix, hex(sealing_pair_from(seed).public_key))};
}

std::string recipient_of(const Secret& key_file) {
    return fmt::format("{}{}", recipient_prefix, hex(pair_of(key_file).public_key));
}

Secret writer_key_text(const WriterKeys& keys) {
    return Secret(
        fmt::format("{}{}{}\n", writer_prefix, hex(keys.public_key), hex(keys.authentication)));
}

Vault unlock(std::span<const KeySlot> slots, const KeyRing& ring, const Key& public_key) {
    if (ring.empty()) {
        throw Error(ErrorKind::config,
                    "the backup repository is encrypted, and no key is configured")
            .with_hint("set encryption.passphrase or encryption.key_file in [backup]");
    }
    const Error replaced(ErrorKind::integrity,
                         "the backup repository's key is not the one that it was made with");
    if (ring.key_file && is_writer_key(*ring.key_file)) {
        const WriterKeys keys = writer_keys_from(*ring.key_file);
        if (!is_same(keys.public_key, public_key)) throw replaced;
        return Vault::writing(keys);
    }
    const auto master = open_any(slots, ring);
    if (!master) {
        throw Error(ErrorKind::config, ring.passphrase
                                           ? "the passphrase does not open the backup repository"
                                           : "the key file does not open the backup repository")
            .with_hint("check [backup] encryption, or see who can with: keel key list");
    }
    Vault vault = Vault::full(*master);
    if (!is_same(vault.writer_keys().public_key, public_key)) throw replaced;
    return vault;
}

std::string add_passphrase_slot(Storage& storage, const SlotOwner& owner, const Secret& passphrase,
                                PassphraseCost cost) {
    if (passphrase.empty()) throw Error(ErrorKind::config, "the passphrase is empty");
    Salt salt{};
    fill_random(salt);
    const Key with = key_from_passphrase(passphrase, salt, cost);
    return write_slot(storage,
                      Json::object()
                          .set("kind", "passphrase")
                          .set("derivation", "argon2id")
                          .set("salt", hex(salt))
                          .set("operations", cost.operations)
                          .set("memory", cost.memory)
                          .set("wrapped", wrap(owner.master, with)),
                      owner.now);
}

std::string add_recipient_slot(Storage& storage, const SlotOwner& owner,
                               std::string_view recipient) {
    const Key key = key_after(recipient, recipient_prefix, "recipient");
    return write_slot(storage,
                      Json::object()
                          .set("kind", "recipient")
                          .set("recipient", trim(recipient))
                          .set("wrapped", hex(seal_to(key, owner.master))),
                      owner.now);
}

std::vector<KeySlot> read_slots(const Storage& storage) {
    std::vector<KeySlot> slots;
    for (const std::string& file : storage.list(folder)) {
        if (!file.ends_with(suffix)) continue;
        try {
            slots.push_back(read_slot(storage, file));
        } catch (const Error& error) {
            // The others open the repository all the same.
            if (error.kind() != ErrorKind::integrity && error.kind() != ErrorKind::not_found) throw;
        }
    }
    return slots;
}

void remove_slot(Storage& storage, std::string_view id) {
    storage.remove(fmt::format("{}/{}{}", folder, id, suffix));
}

}  // namespace keel
