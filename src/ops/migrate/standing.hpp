#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/migration.hpp"

namespace keel {

/// A migration that is in the database, and the file it came from.
struct AppliedEntry {
    AppliedMigration row;
    const Migration* file = nullptr;  ///< null when the file is gone

    bool is_missing() const noexcept { return file == nullptr; }
    bool is_changed() const noexcept { return file != nullptr && file->checksum != row.checksum; }
    /// Begun without a transaction, up or down, and not ended.
    bool is_unfinished() const noexcept { return row.state != MigrationState::applied; }
};

/// Where a database stands: its history compared with the files. Points into `files`, which must
/// outlive it.
struct Standing {
    std::vector<AppliedEntry> applied;  ///< in the order of application, unfinished ones included
    std::vector<const Migration*> pending;  ///< in the order of the files
    std::int64_t last_sequence = 0;
    std::string newest;  ///< newest applied version, empty when there is none

    const AppliedEntry* find(std::string_view version) const noexcept;
    /// The first one that is unfinished, if any.
    const AppliedEntry* unfinished() const noexcept;
};

/// `rows` is the whole history, in its order.
Standing compare(const std::vector<Migration>& files, const std::vector<AppliedMigration>& rows);

/// What `migrate up` was asked for.
struct UpTarget {
    std::string to;                     ///< empty: the newest
    std::optional<std::int64_t> steps;  ///< at most so many
};

/// The pending migrations that lead to the target. Throws ErrorKind::not_found for a version that
/// nobody has, with the nearest one that somebody has.
std::vector<const Migration*> select_pending(const Standing& standing, const UpTarget& target);

/// What `migrate down` was asked for.
struct DownTarget {
    std::optional<std::string> to;  ///< stays applied; "0" is before the first
    std::int64_t steps = 1;         ///< when `to` is not given
};

/// The applied migrations to undo, newest first. Throws ErrorKind::not_found for a version that is
/// not applied, ErrorKind::usage for more steps than there are.
std::vector<const AppliedEntry*> select_applied(const Standing& standing, const DownTarget& target);

/// "20260101" of "20260101", "20260101_users" and "20260101_users.sql".
std::string_view version_of_argument(std::string_view argument) noexcept;

}  // namespace keel
