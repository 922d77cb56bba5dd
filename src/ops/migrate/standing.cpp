#include "ops/migrate/standing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

/// The row that speaks for each version.
using NewestRows = std::unordered_map<std::string_view, const AppliedMigration*>;

NewestRows newest_rows(const std::vector<AppliedMigration>& rows) {
    NewestRows newest;
    for (const AppliedMigration& row : rows) newest[version_key(row.version)] = &row;
    return newest;
}

bool newer(std::string_view left, std::string_view right) noexcept {
    return version_less(version_key(right), version_key(left));
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

}  // namespace

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

Standing compare(const std::vector<Migration>& files, const std::vector<AppliedMigration>& rows) {
    Standing standing;
    const NewestRows newest_row = newest_rows(rows);
    std::unordered_map<std::string_view, const Migration*> by_version;
    for (const Migration& file : files) {
        by_version.emplace(version_key(file.version), &file);
        const auto found = newest_row.find(version_key(file.version));
        const bool is_applied =
            found != newest_row.end() && found->second->state != MigrationState::reverted;
        if (!is_applied) standing.pending.push_back(&file);
    }
    for (const AppliedMigration& row : rows) {
        standing.last_sequence = std::max(standing.last_sequence, row.sequence);
        const bool speaks = newest_row.at(version_key(row.version)) == &row;
        if (!speaks || row.state == MigrationState::reverted) continue;
        const auto file = by_version.find(version_key(row.version));
        standing.applied.push_back({row, file == by_version.end() ? nullptr : file->second});
        if (standing.newest.empty() || newer(row.version, standing.newest))
            standing.newest = row.version;
    }
    return standing;
}

std::vector<const Migration*> select_pending(const Standing& standing, const UpTarget& target) {
    const std::string_view to = version_of_argument(target.to);
    if (!target.to.empty()) check_known(standing, to, true);
    if (target.steps && *target.steps < 1)
        throw Error(ErrorKind::usage, fmt::format("--steps {} is less than 1", *target.steps))
            .with_hint("leave it out to apply all that is pending");
    std::vector<const Migration*> selected;
    for (const Migration* migration : standing.pending) {
        const bool is_full =
            target.steps && static_cast<std::int64_t>(selected.size()) >= *target.steps;
        if (is_full || (!to.empty() && newer(migration->version, to))) break;
        selected.push_back(migration);
    }
    return selected;
}

std::vector<const AppliedEntry*> select_applied(const Standing& standing,
                                                const DownTarget& target) {
    std::vector<const AppliedEntry*> newest_first;
    for (const AppliedEntry& entry : standing.applied) newest_first.push_back(&entry);
    std::reverse(newest_first.begin(), newest_first.end());
    if (target.to) {
        const std::string_view to = version_of_argument(*target.to);
        if (version_key(to) != "0") check_known(standing, to, false);
        std::erase_if(newest_first,
                      [&](const auto* entry) { return !newer(entry->row.version, to); });
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

std::string_view version_of_argument(std::string_view argument) noexcept {
    const std::size_t digits = argument.find_first_not_of("0123456789");
    return digits == std::string_view::npos || digits == 0 ? argument : argument.substr(0, digits);
}

}  // namespace keel
