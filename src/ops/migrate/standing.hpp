#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/migration.hpp"

namespace keel {

/// Checksum of a row that was taken over from another tool, and whose file Keel cannot read: it is
/// nowhere missed.
constexpr std::string_view adopted_checksum = "adopted";

/// A migration that is in the database, and the file it came from.
struct AppliedEntry {
    AppliedMigration row;
    const Migration* file = nullptr;  ///< null when the file is gone
    bool is_replaced = false;         ///< another file stands for it: it need not be there any more

    bool is_missing() const noexcept {
        return file == nullptr && !is_replaced && row.checksum != adopted_checksum;
    }
    /// A repeatable migration that was changed is pending, not changed.
    bool is_changed() const noexcept {
        return file != nullptr && file->checksum != row.checksum && !is_replaced_by_file() &&
               row.checksum != adopted_checksum && row.state != MigrationState::skipped &&
               file->kind != MigrationKind::repeatable;
    }
    /// Its file is one that others were joined into, and the row is from before that.
    bool is_replaced_by_file() const noexcept {
        return file != nullptr && !file->replaces.empty() && row.name != file->name;
    }
    /// Begun without a transaction, up or down, and not ended.
    bool is_unfinished() const noexcept {
        return row.state != MigrationState::applied && row.state != MigrationState::skipped;
    }
    bool is_repeatable() const noexcept { return row.version.starts_with("R__"); }
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
    /// Whether `left` comes after `right`: in the order of the files, which is the layout's; by
    /// number where one of them has no file. A repeatable migration is newer than none.
    bool is_newer(std::string_view left, std::string_view right) const noexcept;

    /// Places of the files in their order, by version key.
    std::unordered_map<std::string_view, std::size_t> order;
    std::string foreign;  ///< the last version of another tool that was taken over without its file
};

/// `rows` is the whole history, in its order.
Standing compare(const std::vector<Migration>& files, std::vector<AppliedMigration> rows);

/// What `migrate up` was asked for.
struct UpTarget {
    std::string to;                      ///< empty: the newest
    std::optional<std::int64_t> steps;   ///< at most so many
    std::vector<std::string> skip = {};  ///< to record without running them
    bool backup = false;                 ///< to take one first, whatever is pending
    bool restore_on_failure = false;     ///< see UpPolicy
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

/// The version that a person means: one of `known` as it is, without its leading zeros, with a name
/// or a file's ending after it; the argument itself when that is none.
std::string_view version_of_argument(std::string_view argument,
                                     const std::vector<std::string>& known);
/// The same, of all that is applied or pending.
std::string version_of_argument(const Standing& standing, std::string_view argument);

}  // namespace keel
