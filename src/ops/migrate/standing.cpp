#include "ops/migrate/standing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/migrate/script.hpp"

namespace keel {
namespace {

/// Files by what a row of the history may call them.
class FileIndex {
  public:
    explicit FileIndex(const std::vector<Migration>& files) : files_(files) {
        by_version_.reserve(files.size());
        for (const Migration& file : files) {
            by_version_.emplace(version_key(file.version), &file);
            for (const std::string& replaced : file.replaces)
                replaced_.insert(version_key(replaced));
        }
    }

    /// By its version; or by version and name together, for files that share a version with another
    /// and are known by both since.
    const Migration* find(const AppliedMigration& row) const {
        const auto found = by_version_.find(version_key(row.version));
        if (found != by_version_.end()) return found->second;
        const auto labelled = by_label().find(migration_label(row.version, row.name));
        return labelled == by_label().end() ? nullptr : labelled->second;
    }
    bool is_replaced(std::string_view version) const {
        return replaced_.contains(version_key(version));
    }

  private:
    /// Seldom asked for.
    const std::unordered_map<std::string, const Migration*>& by_label() const {
        if (by_label_.empty())
            for (const Migration& file : files_)
                by_label_.emplace(migration_label(file.version, file.name), &file);
        return by_label_;
    }

    const std::vector<Migration>& files_;
    std::unordered_map<std::string_view, const Migration*> by_version_;
    mutable std::unordered_map<std::string, const Migration*> by_label_;
    std::unordered_set<std::string_view> replaced_;
};

/// The row that speaks for each version.
class NewestRows {
  public:
    NewestRows(const std::vector<AppliedMigration>& rows, const FileIndex& files) {
        newest_.reserve(rows.size());
        of_file_.reserve(rows.size());
        for (const AppliedMigration& row : rows) {
            const Migration* file = files.find(row);
            newest_[key(row, file)] = &row;
            if (file != nullptr) of_file_[file] = &row;
        }
    }

    bool speaks(const AppliedMigration& row, const Migration* file) const {
        return newest_.at(key(row, file)) == &row;
    }
    const AppliedMigration* applied(const Migration& file) const {
        const auto found = of_file_.find(&file);
        const bool is_there =
            found != of_file_.end() && found->second->state != MigrationState::reverted;
        return is_there ? found->second : nullptr;
    }
    bool is_applied(std::string_view version) const {
        const auto found = newest_.find(version_key(version));
        return found != newest_.end() && found->second->state != MigrationState::reverted;
    }

  private:
    static std::string_view key(const AppliedMigration& row, const Migration* file) noexcept {
        return version_key(file == nullptr ? row.version : file->version);
    }

    std::unordered_map<std::string_view, const AppliedMigration*> newest_;
    std::unordered_map<const Migration*, const AppliedMigration*> of_file_;
};

/// The files that nothing stands for yet, before baselines are looked at.
std::vector<const Migration*> files_to_run(const std::vector<Migration>& files,
                                           const NewestRows& rows) {
    std::vector<const Migration*> pending;
    for (const Migration& file : files) {
        const AppliedMigration* row = rows.applied(file);
        const bool is_outdated = row != nullptr && file.kind == MigrationKind::repeatable &&
                                 row->state == MigrationState::applied &&
                                 row->checksum != file.checksum;
        const bool is_replaced =
            !file.replaces.empty() &&
            std::all_of(file.replaces.begin(), file.replaces.end(),
                        [&](const std::string& version) { return rows.is_applied(version); });
        if ((row == nullptr || is_outdated) && !is_replaced) pending.push_back(&file);
    }
    return pending;
}

/// Baselines stand for the versioned files before them: the newest one in an empty database, the
/// one that is applied in any other.
void settle_baselines(const std::vector<Migration>& files, const NewestRows& rows,
                      std::vector<const Migration*>& pending) {
    const Migration* chosen = nullptr;
    bool is_empty = true;
    for (const Migration& file : files) {
        const bool is_applied = rows.applied(file) != nullptr;
        is_empty = is_empty && !(is_applied && file.kind != MigrationKind::repeatable);
        if (file.kind == MigrationKind::baseline && is_applied) chosen = &file;
    }
    for (const Migration& file : files)
        if (is_empty && file.kind == MigrationKind::baseline) chosen = &file;
    std::erase_if(pending, [&](const Migration* file) {
        if (file->kind == MigrationKind::baseline) return !is_empty || file != chosen;
        return chosen != nullptr && file->kind == MigrationKind::versioned && file < chosen;
    });
}

std::vector<std::string> known_versions(const Standing& standing, bool with_pending) {
    std::vector<std::string> versions;
    for (const AppliedEntry& entry : standing.applied) versions.push_back(entry.row.version);
    if (!with_pending) return versions;
    for (const Migration* migration : standing.pending) versions.push_back(migration->version);
    return versions;
}

void check_known(const Standing& standing, std::string_view version, bool with_pending) {
    const auto versions = known_versions(standing, with_pending);
    for (const std::string& known : versions)
        if (version_key(known) == version_key(version)) return;
    throw Error(ErrorKind::not_found, fmt::format("no {} has the version '{}'{}",
                                                  with_pending ? "migration" : "applied migration",
                                                  version, did_you_mean(version, versions)))
        .with_hint("list them with: keel migrate status");
}

/// Repeatable migrations come after all versions: not for who stops at one.
bool is_beyond(const Standing& standing, const Migration& migration, std::string_view to) {
    return migration.kind == MigrationKind::repeatable || standing.is_newer(migration.version, to);
}

}  // namespace

bool Standing::is_newer(std::string_view left, std::string_view right) const noexcept {
    if (left.starts_with("R__")) return false;
    const auto left_place = order.find(version_key(left));
    const auto right_place = order.find(version_key(right));
    if (left_place != order.end() && right_place != order.end())
        return left_place->second > right_place->second;
    if (left_place == order.end() && left == foreign) return false;
    return version_less(version_key(right), version_key(left));
}

const AppliedEntry* Standing::find(std::string_view version) const noexcept {
    const auto found = std::find_if(applied.begin(), applied.end(), [&](const AppliedEntry& entry) {
        return version_key(entry.row.version) == version_key(version);
    });
    return found == applied.end() ? nullptr : &*found;
}

const AppliedEntry* Standing::unfinished() const noexcept {
    const auto found = std::find_if(applied.begin(), applied.end(), [](const AppliedEntry& entry) {
        return entry.is_unfinished();
    });
    return found == applied.end() ? nullptr : &*found;
}

namespace {

/// The rows that speak for something that is applied or unfinished now.
std::vector<bool> rows_that_speak(const std::vector<AppliedMigration>& rows, const FileIndex& index,
                                  const NewestRows& newest) {
    std::vector<bool> speak(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        speak[i] = newest.speaks(rows[i], index.find(rows[i])) &&
                   rows[i].state != MigrationState::reverted;
    return speak;
}

/// Adds an entry to those that are applied; it may be the newest so far.
void take(AppliedEntry entry, Standing& standing) {
    const AppliedEntry& taken = standing.applied.emplace_back(std::move(entry));
    if (taken.is_repeatable()) return;
    // What another tool calls its versions says nothing about the order of these files.
    if (taken.file == nullptr && taken.row.checksum == adopted_checksum) {
        standing.foreign = taken.row.version;
        return;
    }
    const std::string& version = taken.file == nullptr ? taken.row.version : taken.file->version;
    if (standing.newest.empty() || standing.is_newer(version, standing.newest))
        standing.newest = version;
}

}  // namespace

Standing compare(const std::vector<Migration>& files, std::vector<AppliedMigration> rows) {
    Standing standing;
    standing.order.reserve(files.size());
    standing.applied.reserve(rows.size());
    for (std::size_t i = 0; i < files.size(); ++i)
        standing.order.emplace(version_key(files[i].version), i);
    const FileIndex index(files);
    std::vector<bool> speak;
    {
        const NewestRows newest(rows, index);  // it looks into the rows, which move below
        standing.pending = files_to_run(files, newest);
        settle_baselines(files, newest, standing.pending);
        speak = rows_that_speak(rows, index, newest);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        AppliedMigration& row = rows[i];
        standing.last_sequence = std::max(standing.last_sequence, row.sequence);
        if (!speak[i]) continue;
        const Migration* file = index.find(row);
        const bool is_replaced = index.is_replaced(row.version);
        take({.row = std::move(row), .file = file, .is_replaced = is_replaced}, standing);
    }
    if (standing.newest.empty()) standing.newest = standing.foreign;
    return standing;
}

std::vector<const Migration*> select_pending(const Standing& standing, const UpTarget& target) {
    const std::string to = version_of_argument(standing, target.to);
    if (!target.to.empty()) check_known(standing, to, true);
    if (target.steps && *target.steps < 1)
        throw Error(ErrorKind::usage, fmt::format("--steps {} is less than 1", *target.steps))
            .with_hint("leave it out to apply all that is pending");
    std::vector<const Migration*> selected;
    for (const Migration* migration : standing.pending) {
        const bool is_full =
            target.steps && static_cast<std::int64_t>(selected.size()) >= *target.steps;
        if (is_full || (!to.empty() && is_beyond(standing, *migration, to))) break;
        selected.push_back(migration);
    }
    return selected;
}

std::vector<const AppliedEntry*> select_applied(const Standing& standing,
                                                const DownTarget& target) {
    std::vector<const AppliedEntry*> newest_first;
    for (const AppliedEntry& entry : standing.applied)
        if (!entry.is_repeatable()) newest_first.push_back(&entry);
    std::reverse(newest_first.begin(), newest_first.end());
    if (target.to) {
        const std::string to = version_of_argument(standing, *target.to);
        if (version_key(to) != "0") check_known(standing, to, false);
        std::erase_if(newest_first, [&](const auto* entry) {
            return !standing.is_newer(entry->row.version, to);
        });
        return newest_first;
    }
    if (target.steps < 1)
        throw Error(ErrorKind::usage, fmt::format("cannot undo {} migrations", target.steps))
            .with_hint("give a number from 1, or a version with --to");
    const auto available = static_cast<std::int64_t>(newest_first.size());
    if (available == 0) return {};
    if (target.steps > available)
        throw Error(ErrorKind::usage,
                    fmt::format("cannot undo {} migrations: {} applied", target.steps,
                                available == 1 ? "1 is" : fmt::format("{} are", available)))
            .with_hint("undo all of them with: keel migrate down --to 0");
    newest_first.resize(static_cast<std::size_t>(target.steps));
    return newest_first;
}

std::string_view version_of_argument(std::string_view argument,
                                     const std::vector<std::string>& known) {
    const auto has = [&](std::string_view candidate) {
        return std::any_of(known.begin(), known.end(), [&](const std::string& version) {
            return version_key(version) == version_key(candidate);
        });
    };
    if (has(argument)) return argument;
    // "1.2_add_users" and "20260101_users.sql": the longest part that is a version.
    std::size_t end = argument.find_last_of("_.-");
    while (end != std::string_view::npos && end > 0) {
        if (has(argument.substr(0, end))) return argument.substr(0, end);
        end = argument.find_last_of("_.-", end - 1);
    }
    return argument;
}

std::string version_of_argument(const Standing& standing, std::string_view argument) {
    for (const AppliedEntry& entry : standing.applied)
        if (migration_label(entry.row.version, entry.row.name) == argument)
            return entry.row.version;
    return std::string(version_of_argument(argument, known_versions(standing, true)));
}

}  // namespace keel
