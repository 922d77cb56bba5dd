#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "repository/repository.hpp"
#include "repository/runs.hpp"

namespace keel {
namespace {

std::set<std::string> needed_packs(const Listing& listing) {
    std::set<std::string> needed;
    for (const Backup& backup : listing.backups) {
        for (const PackUse& pack : backup.manifest.packs) needed.insert(pack_name(pack));
    }
    return needed;
}

bool is_any_of(const std::vector<std::string>& names, std::span<const std::string> among) {
    return std::ranges::any_of(
        names, [&](const std::string& name) { return std::ranges::count(among, name) > 0; });
}

std::vector<PackUse> without(std::vector<PackUse> packs, std::span<const PackUse> spared) {
    std::erase_if(packs, [&](const PackUse& pack) {
        return std::ranges::any_of(spared, [&](const PackUse& kept) {
            return pack.run == kept.run && pack.number == kept.number;
        });
    });
    return packs;
}

/// The packs that notes are about, and those of them that nobody can be using.
struct NotedPacks {
    std::set<std::string> noted;
    std::set<std::string> free;
};

NotedPacks noted_packs(const std::vector<Doomed>& notes, const std::vector<std::string>& live) {
    NotedPacks packs;
    for (const Doomed& note : notes) {
        packs.noted.insert(note.packs.begin(), note.packs.end());
        // Whoever began later has not used them, and of those that were at work then, none is left.
        if (!is_any_of(note.runs, live)) packs.free.insert(note.packs.begin(), note.packs.end());
    }
    return packs;
}

}  // namespace

std::uint64_t Garbage::bytes() const noexcept {
    std::uint64_t bytes = 0;
    for (const PackUse& pack : removed) bytes += pack.bytes;
    return bytes;
}

std::vector<PackUse> Repository::unused_packs(const Contents& contents,
                                              std::span<const std::string> live) const {
    const std::set<std::string> needed = needed_packs(contents.listing);
    std::vector<PackUse> unused;
    for (const std::string& run : storage_->list("packs")) {
        if (std::ranges::count(live, run) > 0) continue;
        for (const std::string& name : storage_->list(pack_folder(run))) {
            const auto number = parse_unsigned(name);
            if (!number || needed.contains(run + "/" + name)) continue;
            unused.push_back(
                {.run = run, .number = static_cast<std::uint32_t>(*number), .bytes = 0});
        }
    }
    return unused;
}

Garbage Repository::collect(const Context& context) {
    const auto held = take_lock(*storage_, options_, context);
    return collect(read_contents(), {});
}

std::vector<PackUse> Repository::abandoned_packs(const Contents& contents) const {
    if (!vault_->can_read() || contents.closed > 0 || contents.unreadable > 0) return {};
    std::set<std::string> doomed;
    for (const Doomed& note : documents_.doomed())
        doomed.insert(note.packs.begin(), note.packs.end());
    std::vector<PackUse> packs = unused_packs(contents, live_runs());
    // What a backup left that was removed on purpose is to be removed, too.
    std::erase_if(packs, [&](const PackUse& pack) {
        return doomed.contains(pack_name(pack)) || contents.listing.find(pack.run) != nullptr ||
               std::ranges::count(contents.removals, pack.run, &Removal::id) > 0;
    });
    return packs;
}

Garbage Repository::collect(const Contents& contents, const CollectOptions& options) {
    Garbage garbage;
    if (contents.closed > 0) {
        garbage.problem = "this key may only write: what is still needed cannot be told";
        return garbage;
    }
    if (contents.unreadable > 0 || !contents.breaks.empty()) {
        garbage.problem =
            "a backup is damaged or missing, and what it needs cannot be told: nothing that it "
            "may share with others was removed";
        return garbage;
    }
    std::vector<std::string> live = live_runs();
    std::erase(live, options.done);
    const std::vector<PackUse> unused = without(unused_packs(contents, live), options.spared);
    const std::vector<Doomed> notes = documents_.doomed();
    const auto [noted, free] = noted_packs(notes, live);
    Doomed fresh{.name = new_run_id(options_.clock.now()),
                 .packs = {},
                 .runs = live,
                 .at = options_.clock.now()};
    for (PackUse pack : unused) {
        const std::string name = pack_name(pack);
        if (live.empty() || free.contains(name)) {
            remove_pack(pack);
            garbage.removed.push_back(std::move(pack));
            continue;
        }
        if (!noted.contains(name)) fresh.packs.push_back(name);
        garbage.waiting.push_back(std::move(pack));
    }
    if (!fresh.packs.empty()) documents_.add_doomed(fresh);
    for (const Doomed& note : notes) {
        if (!is_any_of(note.runs, live)) documents_.remove_doomed(note.name);
    }
    remove_empty_folders(live);
    return garbage;
}

void Repository::remove_pack(PackUse& pack) {
    try {
        pack.bytes = storage_->open_object(pack_key(pack))->size();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::integrity) throw;
    }
    storage_->remove(pack_key(pack));
}

void Repository::remove_empty_folders(std::span<const std::string> live) {
    for (const std::string& run : storage_->list("packs")) {
        const bool is_empty = storage_->list(pack_folder(run)).empty();
        if (is_empty && std::ranges::count(live, run) == 0) storage_->remove(pack_folder(run));
    }
}

void Repository::pin(std::string_view id, std::string_view note, const Context& context) {
    const auto held = take_lock(*storage_, options_, context);
    if (!is_backup_id(id) || !documents_.has_manifest(id))
        throw Error(ErrorKind::not_found, fmt::format("there is no backup {}", id));
    documents_.add_pin(
        {.id = std::string(id), .note = std::string(note), .at = options_.clock.now()});
}

void Repository::unpin(std::string_view id, const Context& context) {
    const auto held = take_lock(*storage_, options_, context);
    if (is_backup_id(id)) documents_.remove_pin(id);
}

}  // namespace keel
