#include "repository/repository.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "repository/format.hpp"
#include "repository/read_back.hpp"

namespace keel {
namespace {

constexpr std::chrono::milliseconds lock_pause{20};
/// Kept free beyond what a backup is expected to need: manifests, checks, the file system's own.
constexpr std::uint64_t space_reserve = 1u << 20;

/// Only what we named ourselves is ever swept.
bool is_backup_id(std::string_view name) noexcept {
    constexpr std::size_t date = 8;
    constexpr std::size_t time = 15;
    const auto are_digits = [](std::string_view text) {
        return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    };
    return name.size() > time + 1 && name[date] == 't' && name[time] == '-' &&
           are_digits(name.substr(0, date)) && are_digits(name.substr(date + 1, time - date - 1));
}

std::string run_folder(std::string_view id) {
    return fmt::format("tmp/{}", id);
}
std::string run_lock(std::string_view id) {
    return fmt::format("tmp/{}/lock", id);
}

std::string why_damaged(const Verification& check) {
    return fmt::format("the check of {} found: {}", format_utc(check.at),
                       check.problems.empty() ? "a fault" : join(check.problems, "; "));
}

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

const Verification* Backup::proof() const noexcept {
    const Verification* best = nullptr;
    for (const Verification& check : checks) {
        const bool is_weaker = best && best->how == "restored" && check.how != "restored";
        if (check.ok && !is_weaker) best = &check;
    }
    return best;
}

const Backup* Listing::find(std::string_view id) const noexcept {
    const auto found = std::ranges::find(backups, id, &Backup::id);
    return found == backups.end() ? nullptr : &*found;
}

Repository::Repository(std::unique_ptr<Storage> storage, RepositoryOptions options,
                       RepositoryFormat format)
    : storage_(std::move(storage)),
      options_(std::move(options)),
      format_(std::move(format)),
      documents_(*storage_, format_.uuid) {}

Repository Repository::open(std::unique_ptr<Storage> storage, RepositoryOptions options) {
    auto format = read_format(*storage);
    if (!format) {
        refuse_foreign_place(*storage);
        throw Error(ErrorKind::not_found,
                    fmt::format("there is no backup repository at '{}'", storage->location()))
            .with_hint("make the first backup with: keel backup create");
    }
    return Repository(std::move(storage), std::move(options), std::move(*format));
}

Repository Repository::open_or_create(std::unique_ptr<Storage> storage, RepositoryOptions options,
                                      const Context& context) {
    if (!read_format(*storage)) {
        refuse_foreign_place(*storage);
        const auto held = take_lock(*storage, options, context);
        if (!read_format(*storage)) write_format(*storage, options.clock.now());
    }
    return open(std::move(storage), std::move(options));
}

std::unique_ptr<StorageLock> Repository::take_lock(Storage& storage,
                                                   const RepositoryOptions& options,
                                                   const Context& context) {
    const Stopwatch waiting;
    for (;;) {
        if (auto held = storage.try_lock("lock", options.holder)) return held;
        context.check_cancelled("waiting for the backup repository");
        if (waiting.elapsed() > options.lock_wait) {
            throw Error(ErrorKind::locked,
                        fmt::format("the backup repository '{}' is in use by {}",
                                    storage.location(), storage.lock_holder("lock")))
                .with_hint("run the command again when it is done");
        }
        std::this_thread::sleep_for(lock_pause);
    }
}

Backup Repository::load(const std::string& id, std::span<const std::string> check_files,
                        Listing& listing) const {
    Backup backup{.id = id};
    backup.manifest.id = id;
    try {
        StoredManifest stored = documents_.manifest(id);
        backup.checks = documents_.checks(check_files, stored, listing.problems);
        backup.manifest = std::move(stored.manifest);
        backup.digest = std::move(stored.digest);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::integrity && error.kind() != ErrorKind::io &&
            error.kind() != ErrorKind::unsupported) {
            throw;
        }
        backup.state = BackupState::damaged;
        backup.problems.push_back(error.message());
        return backup;
    }
    if (backup.checks.empty()) return backup;
    const Verification& newest = backup.checks.back();
    backup.state = newest.ok ? BackupState::verified : BackupState::damaged;
    if (!newest.ok) backup.problems.push_back(why_damaged(newest));
    return backup;
}

Repository::Contents Repository::read_contents() const {
    Contents contents;
    Listing& listing = contents.listing;
    if (!format_.problem.empty()) listing.problems.push_back(format_.problem);
    const std::vector<std::string> check_files = documents_.check_files();
    for (const std::string& id : documents_.backup_folders()) {
        if (!documents_.has_manifest(id)) continue;
        try {
            listing.backups.push_back(load(id, check_files, listing));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found) throw;  // removed while we were looking
        }
    }
    std::ranges::sort(listing.backups, [](const Backup& left, const Backup& right) {
        if (left.manifest.sequence != right.manifest.sequence) {
            return left.manifest.sequence > right.manifest.sequence;
        }
        return left.id > right.id;
    });
    read_chain(contents);
    return contents;
}

void Repository::read_chain(Contents& contents) const {
    std::vector<std::string>& problems = contents.listing.problems;
    contents.removals = documents_.removals(problems);
    try {
        contents.head = documents_.head();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::integrity) throw;
        problems.push_back(error.message());
    }
    for (const Backup& backup : contents.listing.backups) {
        if (!backup.is_readable()) ++contents.unreadable;
        if (!backup.is_readable()) continue;
        contents.links.push_back(
            {backup.id, backup.manifest.sequence, backup.digest, backup.manifest.previous_digest});
    }
    contents.breaks = find_breaks(contents.chain());
    for (const ChainBreak& found : contents.breaks) {
        problems.push_back(found.message);
        const auto broken = std::ranges::find(contents.listing.backups, found.id, &Backup::id);
        if (found.kind != ChainBreak::Kind::replaced || broken == contents.listing.backups.end())
            continue;
        broken->state = BackupState::damaged;
        broken->problems.push_back(found.message);
    }
}

Listing Repository::list() const {
    return read_contents().listing;
}

std::unique_ptr<BackupDraft> Repository::begin(std::uint64_t expected_bytes,
                                               const Context& context) {
    const auto held = take_lock(*storage_, options_, context);
    if (!format_.problem.empty()) mend_format();
    sweep();
    const std::uint64_t free = storage_->free_space();
    if (free < expected_bytes + space_reserve) {
        throw Error(
            ErrorKind::io,
            fmt::format("not enough space for the backup in '{}': about {} are needed, {} are free",
                        location(), format_bytes(expected_bytes + space_reserve),
                        format_bytes(free)))
            .with_hint(
                "free some space, remove old backups (keel backup delete), or give another "
                "folder with --repository");
    }
    const TimePoint now = options_.clock.now();
    const std::string id = new_run_id(now);
    storage_->scratch_folder(run_folder(id));
    auto run = storage_->try_lock(run_lock(id), options_.holder);
    if (!run) throw Error(ErrorKind::internal, fmt::format("backup id {} is in use", id));
    return std::unique_ptr<BackupDraft>(new BackupDraft(*this, id, now, std::move(run)));
}

std::unique_ptr<StreamReader> Repository::streams(const Manifest& manifest) const {
    return open_streams(*storage_, manifest);
}

Verification Repository::verify(const Backup& backup, const Context& context) const {
    const Stopwatch stopwatch;
    Verification result{.at = {}, .how = "read"};
    if (backup.is_readable()) result = read_back(*storage_, backup.manifest, context);
    if (!backup.is_readable()) result.problems = backup.problems;
    result.at = options_.clock.now();
    result.duration_ms = stopwatch.elapsed().count();
    return result;
}

void Repository::record(const Backup& backup, const Verification& verification) {
    if (!backup.is_readable()) return;  // there is nothing that it could be the check of
    documents_.add_check(backup.id, backup.digest, verification);
}

void Repository::remove(std::string_view id, const Context& context) {
    const auto held = take_lock(*storage_, options_, context);
    if (!is_backup_id(id) || !documents_.has_manifest(id)) {
        throw Error(ErrorKind::not_found, fmt::format("there is no backup {}", id));
    }
    Listing ignored;
    const Backup backup = load(std::string(id), {}, ignored);
    const std::uint64_t sequence = backup.is_readable() ? backup.manifest.sequence : 0;
    documents_.add_removal({.id = std::string(id),
                            .sequence = sequence,
                            .last = sequence,
                            .at = options_.clock.now()});
    storage_->remove(Documents::manifest_key(id));
    remove_rest(id);
}

void Repository::remove_rest(std::string_view id) {
    // The folder last: while it is there, the next writer knows that something is left.
    documents_.remove_checks(id);
    storage_->remove(Documents::backup_folder(id));
}

std::vector<std::string> Repository::dead_runs() const {
    std::vector<std::string> dead;
    const std::vector<std::string> runs = storage_->list("tmp");
    for (const std::string& id : runs) {
        if (!is_backup_id(id)) continue;
        try {
            if (storage_->try_lock(run_lock(id), options_.holder)) dead.push_back(id);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found) throw;  // it ended while we were looking
        }
    }
    for (const std::string& id : documents_.backup_folders()) {
        const bool is_begun = is_backup_id(id) && !documents_.has_manifest(id);
        if (is_begun && !std::ranges::binary_search(runs, id)) dead.push_back(id);
    }
    return dead;
}

void Repository::sweep() {
    for (const std::string& id : dead_runs()) {
        // Asked again: it may have been committed between its listing and its end.
        if (!documents_.has_manifest(id)) {
            remove_rest(id);
        }
        storage_->remove(run_folder(id));
    }
}

std::vector<RepositoryLeftover> Repository::leftovers() const {
    using Kind = RepositoryLeftover::Kind;
    std::vector<RepositoryLeftover> found;
    for (const std::string& id : dead_runs()) {
        const bool is_complete = documents_.has_manifest(id);
        found.push_back(
            {Kind::unfinished, id, 0, 0,
             fmt::format("{} {}", is_complete ? "working files of backup" : "half-made backup", id),
             "removes what is left of it"});
    }
    const Contents contents = read_contents();
    for (const ChainBreak& broken : contents.breaks) {
        if (broken.kind != ChainBreak::Kind::missing) continue;
        found.push_back({Kind::gap, broken.id, broken.sequence, broken.last, broken.message,
                         "notes that it is gone, so that it is not reported again"});
    }
    if (!contents.head && !contents.links.empty()) {
        found.push_back(
            {Kind::head, "", 0, 0, "head.json is missing or damaged", "writes it anew"});
    }
    if (!format_.problem.empty()) {
        found.push_back({Kind::format, "", 0, 0, format_.problem, "writes it anew"});
    }
    return found;
}

void Repository::resolve(const RepositoryLeftover& leftover, const Context& context) {
    const auto held = take_lock(*storage_, options_, context);
    switch (leftover.kind) {
        case RepositoryLeftover::Kind::unfinished:
            return sweep();
        case RepositoryLeftover::Kind::gap:
            return documents_.add_removal(
                {.id = fmt::format("gap-{}-{}", leftover.sequence, leftover.last),
                 .sequence = leftover.sequence,
                 .last = leftover.last,
                 .at = options_.clock.now()});
        case RepositoryLeftover::Kind::head:
            return renew_head();
        case RepositoryLeftover::Kind::format:
            return mend_format();
    }
}

void Repository::mend_format() {
    repair_format(*storage_);
    format_.problem.clear();
}

void Repository::renew_head() {
    const Contents contents = read_contents();
    if (contents.head || contents.links.empty()) return;
    const ChainLink& newest = *std::ranges::max_element(contents.links, {}, &ChainLink::sequence);
    documents_.set_head({newest.sequence, newest.id, newest.digest});
}

}  // namespace keel
