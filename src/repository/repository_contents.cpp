#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "repository/repository.hpp"

namespace keel {
namespace {

std::string why_damaged(const Verification& check) {
    return fmt::format("the check of {} found: {}", format_utc(check.at),
                       check.problems.empty() ? "a fault" : join(check.problems, "; "));
}

}  // namespace

Backup Repository::load(const std::string& id, std::span<const std::string> check_files,
                        Listing& listing) const {
    Backup backup{.id = id};
    backup.manifest.id = id;
    try {
        StoredManifest stored = documents_.manifest(id);
        backup.checks = documents_.checks(check_files, stored, listing.problems);
        backup.manifest = std::move(stored.manifest);
        backup.is_closed = stored.is_closed;
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
    const std::vector<Pin> pins = documents_.pins();
    const std::vector<std::string> folders = documents_.backup_folders();
    documents_.expect(folders, check_files);
    for (const std::string& id : folders) {
        if (!documents_.has_manifest(id)) continue;
        try {
            listing.backups.push_back(load(id, check_files, listing));
            listing.backups.back().is_pinned = std::ranges::count(pins, id, &Pin::id) > 0;
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
        if (backup.is_closed) ++contents.closed;
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

}  // namespace keel
