#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "model/database_url.hpp"

namespace keel {

/// One `-- migrate:up|down|verify` part of a file.
struct MigrationSection {
    std::string text;                  ///< what stands below the marker
    std::string marker;                ///< the marker's own line
    int line = 1;                      ///< of the first line of `text` in the file
    std::size_t offset = 0;            ///< of `text` in the file
    bool transaction = true;           ///< transaction:false
    std::optional<EngineKind> engine;  ///< engine:…; others skip the section
    std::optional<std::chrono::milliseconds> lock_timeout;
    std::string probe;
    bool idempotent = false;
};

/// A migration as it stands on disk.
struct Migration {
    std::string version;  ///< as written; ordering is `version_less`
    std::string name;
    std::filesystem::path file;  ///< as shown: relative to the project's root when inside it
    std::string checksum;        ///< of the text with line ends and trailing blanks normalised
    std::vector<MigrationSection> up;
    std::vector<MigrationSection> down;
    std::vector<MigrationSection> verify;

    bool has_down() const noexcept { return !down.empty(); }
};

/// Numeric order of digit strings of any length, then text.
bool version_less(std::string_view left, std::string_view right) noexcept;
/// What a version is told apart by: without leading zeros, so that 7 and 007 are one version.
std::string_view version_key(std::string_view version) noexcept;

/// What a row of the history says. The row with the highest sequence speaks for its version.
enum class MigrationState {
    applied,    ///< up is done
    running,    ///< up without a transaction was begun; the statement after `statements` is unknown
    failed,     ///< up without a transaction stopped: the statement after `statements` failed
    reverting,  ///< down without a transaction was begun and has not ended
    reverted,   ///< down is done
};
std::string_view to_string(MigrationState state) noexcept;
/// Throws ErrorKind::integrity for a word that no version of Keel wrote.
MigrationState parse_migration_state(std::string_view word);

/// A row of the history.
struct AppliedMigration {
    std::int64_t sequence = 0;  ///< order of application, never the clock
    std::string version;
    std::string name;
    std::string checksum;
    MigrationState state = MigrationState::applied;
    int statements = 0;  ///< applied
    std::string applied_by;
    std::string applied_at;  ///< UTC
    std::int64_t duration_ms = 0;
    std::string backup;  ///< id of the backup taken before, or empty
    std::string down_sql;
    std::string schema_fingerprint;  ///< after it was applied
};

}  // namespace keel
