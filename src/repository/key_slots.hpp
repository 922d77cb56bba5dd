#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "repository/storage.hpp"
#include "repository/vault.hpp"

namespace keel {

/// What the user has given to open a repository with.
struct KeyRing {
    std::optional<Secret> passphrase;
    std::optional<Secret> key_file;  ///< its text: an identity, or a writer's key
    PassphraseCost cost = {};        ///< of new passphrases

    bool empty() const noexcept { return !passphrase && !key_file; }
};

/// One way to the master key, as the repository keeps it ("keys/ID.json").
struct KeySlot {
    enum class Kind { passphrase, recipient };
    std::string id;
    Kind kind = Kind::passphrase;
    TimePoint created_at{};
    std::string recipient;  ///< whose; empty for passphrases
    Json body;
};
std::string_view to_string(KeySlot::Kind kind) noexcept;

/// An identity is a pair of keys in a file: its owner keeps it, and gives the recipient (the public
/// half) to others.
struct Identity {
    Secret text;  ///< of the file
    std::string recipient;
};
Identity new_identity();
/// The public half of an identity's file. Throws ErrorKind::config when the text is none.
std::string recipient_of(const Secret& key_file);
Secret writer_key_text(const WriterKeys& keys);

/// Opens the vault of an encrypted repository. Throws ErrorKind::config when nothing of the ring
/// fits, integrity when what it leads to is not the key of `public_key`.
Vault unlock(std::span<const KeySlot> slots, const KeyRing& ring, const Key& public_key);

struct SlotOwner {
    const Key& master;
    TimePoint now{};
};
/// Both write the slot, and return its id.
std::string add_passphrase_slot(Storage& storage, const SlotOwner& owner, const Secret& passphrase,
                                PassphraseCost cost);
std::string add_recipient_slot(Storage& storage, const SlotOwner& owner,
                               std::string_view recipient);
/// Those that are damaged are left out.
std::vector<KeySlot> read_slots(const Storage& storage);
void remove_slot(Storage& storage, std::string_view id);

}  // namespace keel
