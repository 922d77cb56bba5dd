#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "model/database_url.hpp"

namespace keel {

struct MigrationCode;

/// One part of a migration: what stands below `-- migrate:up|down|verify`, or a file of its own.
struct MigrationSection {
    std::string text;    ///< what stands below the marker
    std::string marker;  ///< the marker's own line
    int line = 1;        ///< of the first line of `text` in the file
    /// Of `text` in the file. Sections from several files have offsets that do not overlap.
    std::size_t offset = 0;
    std::filesystem::path file;        ///< as shown; empty: the migration's
    bool transaction = true;           ///< transaction:false
    std::optional<EngineKind> engine;  ///< engine:…; others skip the section
    std::optional<std::chrono::milliseconds> lock_timeout;
    std::string probe;
    bool idempotent = false;
    bool judged_by_errors = false;  ///< verify: a query that answers false or nothing is no failure
};

/// When a migration is to run.
enum class MigrationKind {
    versioned,   ///< once
    repeatable,  ///< after the versioned ones, and again whenever its file was changed
    baseline,    ///< in an empty database instead of all versioned ones up to its own version
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
    MigrationKind kind = MigrationKind::versioned;
    bool is_skipped = false;            ///< to be recorded, not run, because somebody said so
    bool has_placeholders = false;      ///< its layout wants all that look like one to be replaced
    std::vector<std::string> replaces;  ///< versions that it stands for, where they are applied
    std::string problem;       ///< why it cannot be run ("is written in Go"); empty when it can
    std::string problem_hint;  ///< what can be done about that
    /// What a program registered. Then a section without text, whose marker says so, stands for it.
    std::shared_ptr<const MigrationCode> code;

    bool has_down() const noexcept { return !down.empty(); }
};

/// Numeric order of digit strings (and of those after each full stop: 1.9 before 1.10) of any
/// length, then text.
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
    skipped,    ///< counts as applied; nothing of it was run, because somebody said so
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
