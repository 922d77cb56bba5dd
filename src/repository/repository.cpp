#include "repository/repository.hpp"

#include "model/manifest_scope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "repository/format.hpp"
#include "repository/pack_reader.hpp"
#include "repository/runs.hpp"
#include "repository/salvage.hpp"
#include "repository/stored_streams.hpp"

namespace keel {
namespace {

constexpr std::chrono::milliseconds first_lock_pause{20};
constexpr std::chrono::milliseconds longest_lock_pause{250};
/// Kept free beyond what a backup is expected to need: manifests, checks, the file system's own.
constexpr std::uint64_t space_reserve = 1u << 20;

}  // namespace

std::string_view to_string(BackupState state) noexcept {
    switch (state) {
        case BackupState::complete:
            return "complete";
        case BackupState::verified:
            return "verified";
        case BackupState::damaged:
            return "damaged";
    }
    return "damaged";
}

namespace {

/// How much a check of that kind says.
int weight_of(const Verification& check) noexcept {
    if (check.how == "restored") return 2;
    return check.how == "read" ? 1 : 0;
}

}  // namespace

const Verification* Backup::proof() const noexcept {
    const Verification* best = nullptr;
    for (const Verification& check : checks) {
        if (check.ok && (!best || weight_of(check) >= weight_of(*best))) best = &check;
    }
    return best;
}

const Backup* Listing::find(std::string_view id) const noexcept {
    const auto found = std::ranges::find(backups, id, &Backup::id);
    return found == backups.end() ? nullptr : &*found;
}

Repository::Repository(std::unique_ptr<Storage> storage, RepositoryOptions options,
                       RepositoryFormat format, std::shared_ptr<const Vault> vault)
    : storage_(std::move(storage)),
      options_(std::move(options)),
      format_(std::move(format)),
      vault_(std::move(vault)),
      documents_(*storage_, format_.uuid, vault_) {}

Repository Repository::open(std::unique_ptr<Storage> storage, RepositoryOptions options) {
    auto format = read_format(*storage);
    if (!format) {
        refuse_foreign_place(*storage);
        throw Error(ErrorKind::not_found,
                    fmt::format("there is no backup repository at '{}'", storage->location()))
            .with_hint("make the first backup with: keel backup create");
    }
    Vault vault = format->public_key
                      ? unlock(read_slots(*storage), options.keys, *format->public_key)
                      : Vault::plain(format->uuid);
    return Repository(std::move(storage), std::move(options), std::move(*format),
                      std::make_shared<const Vault>(std::move(vault)));
}

Repository Repository::open_or_create(std::unique_ptr<Storage> storage, RepositoryOptions options,
                                      const Context& context) {
    if (!read_format(*storage)) {
        refuse_foreign_place(*storage);
        const auto held = take_lock(*storage, options, context);
        if (!read_format(*storage)) make(*storage, options);
    }
    return open(std::move(storage), std::move(options));
}

void Repository::make(Storage& storage, const RepositoryOptions& options) {
    NewFormat format{
        .created_at = options.clock.now(), .uuid = new_uuid(), .public_key = std::nullopt};
    if (!options.keys.empty()) {
        storage.remove("keys");  // of a run that was killed before it had made the repository
        const Key master = random_key();
        const SlotOwner owner{.master = master, .now = format.created_at};
        if (options.keys.key_file)
            add_recipient_slot(storage, owner, recipient_of(*options.keys.key_file));
        if (options.keys.passphrase)
            add_passphrase_slot(storage, owner, *options.keys.passphrase, options.keys.cost);
        format.public_key = Vault::full(master).writer_keys().public_key;
    }
    write_format(storage, format);
}

std::unique_ptr<StorageLock> Repository::take_lock(Storage& storage,
                                                   const RepositoryOptions& options,
                                                   const Context& context) {
    const Stopwatch waiting;
    for (auto pause = first_lock_pause;; pause = std::min(2 * pause, longest_lock_pause)) {
        if (auto held = storage.try_lock("lock", options.holder)) return held;
        context.check_cancelled("waiting for the backup repository");
        if (waiting.elapsed() > options.lock_wait) {
            throw Error(ErrorKind::locked,
                        fmt::format("the backup repository '{}' is in use by {}",
                                    storage.location(), storage.lock_holder("lock")))
                .with_hint("run the command again when it is done");
        }
        std::this_thread::sleep_for(pause);
    }
}

Listing Repository::list() const {
    return read_contents().listing;
}

void Repository::require_space(std::uint64_t expected_bytes) const {
    const std::uint64_t free = storage_->free_space();
    if (free >= expected_bytes + space_reserve) return;
    throw Error(
        ErrorKind::io,
        fmt::format("not enough space for the backup in '{}': about {} are needed, {} are free",
                    location(), format_bytes(expected_bytes + space_reserve), format_bytes(free)))
        .with_hint(
            "free some space, remove old backups (keel backup prune), or give another "
            "folder with --repository");
}

std::unique_ptr<BackupDraft> Repository::begin(const BeginOptions& options,
                                               const Context& context) {
    auto held = take_lock(*storage_, options_, context);
    if (!format_.problem.empty()) mend_format();
    const Contents contents = read_contents();
    const std::vector<PackUse> abandoned = abandoned_packs(contents);
    sweep(contents, abandoned);
    require_space(options.expected_bytes);
    const TimePoint now = options_.clock.now();
    const std::string id = options.id.empty() ? new_run_id(now) : options.id;
    if (documents_.has_manifest(id))
        throw Error(ErrorKind::already_exists, fmt::format("there is a backup {} already", id));
    storage_->scratch_folder(run_folder(id));
    auto run = storage_->try_lock(run_lock(id), options_.holder);
    if (!run) throw Error(ErrorKind::locked, fmt::format("backup {} is being made already", id));
    auto base = choose_base(contents, options, context);
    // From here on the run's own lock keeps what it may use, and nobody waits while it reads.
    held.reset();
    Salvage salvage = Salvage::read(*storage_, *vault_, abandoned, context);
    return std::unique_ptr<BackupDraft>(new BackupDraft(*this, id, options.created_at.value_or(now),
                                                        std::move(run), std::move(base),
                                                        std::move(salvage)));
}

std::unique_ptr<const BaseBackup> Repository::choose_base(const Contents& contents,
                                                          const BeginOptions& options,
                                                          const Context& context) const {
    if (options.environment.empty() || !vault_->can_read()) return nullptr;
    const auto is_fit = [&](const Backup& backup) {
        return backup.is_readable() && backup.state != BackupState::damaged &&
               backup.manifest.environment == options.environment &&
               backup.manifest.content.engine == options.engine &&
               is_of_tables(backup.manifest.content) == options.of_tables;
    };
    const auto newest = std::ranges::find_if(contents.listing.backups, is_fit);
    if (newest == contents.listing.backups.end()) return nullptr;
    try {
        std::set<std::string> doomed;
        for (const Doomed& note : documents_.doomed())
            doomed.insert(note.packs.begin(), note.packs.end());
        return std::make_unique<const BaseBackup>(*storage_, *vault_, newest->manifest,
                                                  read_index(*storage_, *vault_, newest->manifest),
                                                  doomed);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::integrity) throw;
        context.logger.log(Level::warning,
                           fmt::format("everything is stored anew: {}", error.message()));
        return nullptr;
    }
}

std::unique_ptr<StreamReader> Repository::streams(const Manifest& manifest) const {
    return open_streams(*storage_, *vault_, manifest);
}

BackupIndex Repository::index(const Manifest& manifest) const {
    return read_index(*storage_, *vault_, manifest);
}

void Repository::require_readable(const Backup& backup) const {
    if (!backup.is_closed) return;
    throw Error(ErrorKind::config, "this key may write backups, and not read them")
        .with_hint("verify with the passphrase, or a key file that may read");
}

Verification Repository::verify(const Backup& backup, const Context& context) const {
    const Stopwatch stopwatch;
    Verification result{.at = {}, .how = "read"};
    require_readable(backup);
    if (backup.is_readable()) result = read_back(*storage_, *vault_, backup.manifest, context);
    if (!backup.is_readable()) result.problems = backup.problems;
    result.at = options_.clock.now();
    result.duration_ms = stopwatch.elapsed().count();
    return result;
}

Verification Repository::verify_sample(const Backup& backup, std::uint64_t parts,
                                       const Context& context) const {
    const Stopwatch stopwatch;
    Verification result{.at = {}, .how = "sample"};
    require_readable(backup);
    const auto is_sample = [](const Verification& check) { return check.how == "sample"; };
    const auto turn = static_cast<std::uint64_t>(std::ranges::count_if(backup.checks, is_sample));
    if (backup.is_readable())
        result = read_sample(*storage_, *vault_, backup.manifest,
                             {.parts = parts, .part = turn % parts}, context);
    if (!backup.is_readable()) result.problems = backup.problems;
    result.at = options_.clock.now();
    result.duration_ms = stopwatch.elapsed().count();
    return result;
}

void Repository::record(const Backup& backup, const Verification& verification) {
    if (!backup.is_readable()) return;  // there is nothing that it could be the check of
    documents_.add_check(backup.id, backup.digest, verification);
}

Garbage Repository::remove(std::span<const std::string> ids, const Context& context) {
    const auto held = take_lock(*storage_, options_, context);
    const Contents contents = read_contents();
    for (const std::string& id : ids) {
        if (!is_backup_id(id) || !documents_.has_manifest(id))
            throw Error(ErrorKind::not_found, fmt::format("there is no backup {}", id));
        if (const Backup* backup = contents.listing.find(id); backup && backup->is_pinned) {
            throw Error(ErrorKind::refused, fmt::format("backup {} is pinned", id))
                .with_hint(fmt::format("unpin it first: keel backup unpin {}", id));
        }
    }
    for (const std::string& id : ids) {
        note_removal(id, contents);
        storage_->remove(Documents::manifest_key(id));
        remove_rest(id);
    }
    return collect(read_contents(), {});
}

void Repository::note_removal(const std::string& id, const Contents& contents) {
    const Backup* backup = contents.listing.find(id);
    const std::uint64_t sequence = backup && backup->is_readable() ? backup->manifest.sequence : 0;
    documents_.add_removal(
        {.id = id, .sequence = sequence, .last = sequence, .at = options_.clock.now()});
}

void Repository::remove_rest(std::string_view id) {
    // The folder last: while it is there, the next writer knows that something is left.
    documents_.remove_checks(id);
    storage_->remove(Documents::backup_folder(id));
}

}  // namespace keel
