#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "repository/format.hpp"
#include "repository/pack_file.hpp"
#include "repository/repository.hpp"
#include "repository/runs.hpp"

namespace keel {

std::vector<std::string> Repository::live_runs() const {
    std::vector<std::string> live;
    for (const std::string& id : storage_->list("tmp")) {
        if (!is_backup_id(id)) continue;
        try {
            if (!storage_->try_lock(run_lock(id), options_.holder)) live.push_back(id);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found) throw;  // it ended while we were looking
        }
    }
    return live;
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

/// What is left of replacing a file, when that was cut off. Replacing is done under the lock.
std::vector<std::string> Repository::half_written() const {
    std::vector<std::string> found;
    for (const std::string_view folder : {"", "pins"})
        for (const std::string& name : storage_->list(folder))
            if (name.ends_with(".part"))
                found.push_back(folder.empty() ? name : fmt::format("{}/{}", folder, name));
    return found;
}

void Repository::sweep(const Contents& contents, std::span<const PackUse> spared) {
    for (const std::string& key : half_written()) storage_->remove(key);
    for (const std::string& id : dead_runs()) {
        // Asked again: it may have been committed between its listing and its end.
        if (!documents_.has_manifest(id)) remove_rest(id);
        storage_->remove_unfinished(pack_folder(id));
        storage_->remove(run_folder(id));
    }
    collect(contents, {.spared = spared});
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
    for (const std::string& key : half_written())
        found.push_back({Kind::unfinished, "", 0, 0, fmt::format("half-written file {}", key),
                         "removes it, if nobody is writing it"});
    const Contents contents = read_contents();
    if (contents.unreadable + contents.closed == 0 && contents.breaks.empty()) {
        const auto unused = unused_packs(contents, live_runs());
        const bool is_known = !found.empty() || unused.empty();
        if (!is_known) {
            found.push_back(
                {Kind::unfinished, unused.front().run, 0, 0,
                 fmt::format("{} that no backup needs", count_of(unused.size(), "pack")),
                 "removes what is not needed"});
        }
    }
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
            return sweep(read_contents());
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
