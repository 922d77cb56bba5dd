#include "ops/backup/choose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "model/manifest_scope.hpp"

namespace keel {

namespace {

constexpr std::string_view safety_prefix = "safety:";
constexpr std::string_view undo_reason = "safety: undo";

using Test = std::function<bool(const Backup&)>;

/// The listing is newest first.
const Backup* first_of_all(const Listing& listing, std::string_view environment, const Test& test) {
    for (const Backup& backup : listing.backups) {
        if (!backup.is_readable() || backup.state == BackupState::damaged) continue;
        if (backup.manifest.environment == environment && test(backup)) return &backup;
    }
    return nullptr;
}

/// Backups of some tables stand for no database.
const Backup* first_of(const Listing& listing, std::string_view environment, const Test& test) {
    return first_of_all(listing, environment, [&](const Backup& backup) {
        return !is_of_tables(backup.manifest.content) && test(backup);
    });
}

bool is_verified(const Backup& backup) {
    return backup.state == BackupState::verified;
}

Chosen choose_latest(const Listing& listing, std::string_view environment) {
    const auto is_own = [](const Backup& backup) { return !is_safety_backup(backup.manifest); };
    const auto is_own_verified = [&](const Backup& backup) {
        return is_own(backup) && is_verified(backup);
    };
    if (const Backup* found = first_of(listing, environment, is_own_verified)) return {found, {}};
    if (const Backup* found = first_of(listing, environment, is_own)) {
        return {found, fmt::format("no backup of '{}' is verified; {} is the newest complete one",
                                   environment, found->id)};
    }
    if (const Backup* found = first_of(listing, environment, is_verified)) {
        return {found,
                fmt::format("'{}' has safety backups only; {} is the newest, taken before {}",
                            environment, found->id,
                            trim(found->manifest.reason.substr(safety_prefix.size())))};
    }
    throw Error(ErrorKind::not_found, fmt::format("there is no backup of '{}'", environment))
        .with_hint("list the backups with: keel backup list");
}

Error ambiguous(std::string_view text, const std::vector<const Backup*>& found) {
    std::vector<std::string> ids;
    for (const Backup* backup : found) ids.push_back(backup->id);
    return Error(ErrorKind::usage,
                 fmt::format("{} backups begin with '{}'", found.size(), escape_controls(text)))
        .with_hint("say more of: " + join(ids, ", "));
}

}  // namespace

bool is_safety_backup(const Manifest& manifest) noexcept {
    return manifest.reason.starts_with(safety_prefix);
}

Chosen choose_backup(const Listing& listing, std::string_view text, std::string_view environment) {
    if (text == "latest") return choose_latest(listing, environment);
    if (const Backup* exact = listing.find(text)) return {exact, {}};
    std::vector<const Backup*> found;
    for (const Backup& backup : listing.backups) {
        if (!text.empty() && backup.id.starts_with(text)) found.push_back(&backup);
    }
    if (found.size() == 1) return {found.front(), {}};
    if (found.size() > 1) throw ambiguous(text, found);
    throw Error(ErrorKind::not_found, fmt::format("there is no backup '{}'", escape_controls(text)))
        .with_hint("list the backups with: keel backup list");
}

Chosen choose_undo(const Listing& listing, std::string_view environment) {
    const Backup* found = first_of_all(listing, environment, [](const Backup& backup) {
        return is_safety_backup(backup.manifest) && backup.manifest.reason != undo_reason;
    });
    if (found == nullptr)
        throw Error(ErrorKind::not_found,
                    fmt::format("there is nothing to undo: '{}' has no safety backup", environment))
            .with_hint("list the backups with: keel backup list");
    if (!is_of_tables(found->manifest.content)) return {found, {}};
    throw Error(
        ErrorKind::refused,
        fmt::format("the last change of '{}' was guarded by backup {}, of some tables alone; "
                    "the whole backups before it would undo more than that",
                    environment, found->id))
        .with_hint(fmt::format("bring their rows back with: keel backup restore {}; undo a "
                               "migration with: keel migrate down",
                               found->id));
}

std::string why_kept(const Listing& listing, const Backup& backup) {
    if (backup.state == BackupState::damaged || is_of_tables(backup.manifest.content)) return {};
    const std::string& environment = backup.manifest.environment;
    const auto is_other = [&](const Backup& other) { return other.id != backup.id; };
    const auto is_other_verified = [&](const Backup& other) {
        return is_other(other) && is_verified(other);
    };
    if (!first_of(listing, environment, is_other)) {
        return fmt::format("it is the only good backup of '{}'", environment);
    }
    if (is_verified(backup) && !first_of(listing, environment, is_other_verified)) {
        return fmt::format("it is the only verified backup of '{}'", environment);
    }
    return {};
}

}  // namespace keel
