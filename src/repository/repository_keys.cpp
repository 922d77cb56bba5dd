#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "repository/repository.hpp"

namespace keel {
namespace {

const Key& master_of(const Vault& vault) {
    if (vault.master()) return *vault.master();
    if (!vault.encrypts()) {
        throw Error(ErrorKind::unsupported,
                    "the backup repository is not encrypted, so it has no keys")
            .with_hint(
                "configure [backup] encryption, begin a new repository, and copy the "
                "backups there: keel backup copy-to");
    }
    throw Error(ErrorKind::config, "this key may write backups, and not change keys")
        .with_hint("use the passphrase, or a key file that may read");
}

}  // namespace

std::string Repository::add_passphrase(const Secret& passphrase) {
    return add_passphrase_slot(*storage_,
                               {.master = master_of(*vault_), .now = options_.clock.now()},
                               passphrase, options_.keys.cost);
}

std::string Repository::add_recipient(std::string_view recipient) {
    return add_recipient_slot(
        *storage_, {.master = master_of(*vault_), .now = options_.clock.now()}, recipient);
}

void Repository::remove_key(std::string_view id, const Context& context) {
    const auto held = take_lock(*storage_, options_, context);
    master_of(*vault_);
    const std::vector<KeySlot> slots = keys();
    if (std::ranges::count(slots, id, &KeySlot::id) == 0)
        throw Error(ErrorKind::not_found, fmt::format("there is no key {}", id))
            .with_hint("list them with: keel key list");
    if (slots.size() == 1) {
        throw Error(ErrorKind::refused, fmt::format("key {} is the only one: without it nobody "
                                                    "could read the backups",
                                                    id))
            .with_hint("add another one first: keel key add");
    }
    remove_slot(*storage_, id);
}

Secret Repository::writer_key() const {
    master_of(*vault_);
    return writer_key_text(vault_->writer_keys());
}

}  // namespace keel
