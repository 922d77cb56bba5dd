#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/engine.hpp"
#include "model/migration.hpp"
#include "ops/kit/backfill.hpp"
#include "ops/migrate/script_parts.hpp"

namespace keel {

enum class Direction { up, down };

/// The marker of the section that stands for a migration's code.
constexpr std::string_view code_marker = "-- the application's code";

/// What one migration does on one engine, cut into statements. Statements are numbered from 1
/// through all of its sections, and their lines and offsets are those of the file. Points into the
/// migration.
struct Script {
    const Migration* migration = nullptr;
    Direction direction = Direction::up;
    std::vector<Statement> statements;
    std::vector<Statement> verify;         ///< up only
    bool verify_judged_by_errors = false;  ///< what its queries answer does not matter
    std::vector<SplitNote> notes;
    bool transaction = true;        ///< all of it is one
    std::vector<ScriptPart> parts;  ///< when it is not
    /// Statements that are run in batches, by their index; `statements` has their plain text.
    std::map<std::size_t, std::shared_ptr<const Backfill>> backfills;
    /// Where the migration's own code runs, if it is code: after so many statements, which are
    /// those of hooks.
    std::optional<std::size_t> code_after;
    bool idempotent = false;
    std::string probe;
    std::optional<std::chrono::milliseconds> lock_timeout;  ///< the longest that a section asks for
    /// Statements that run in other words than those of the file. Shared because scripts are
    /// copied.
    std::vector<std::shared_ptr<const std::string>> own_texts = {};

    /// "20260101_users", for messages.
    std::string label() const;
    /// "3 statements", "2 statements, backfill of users by 1000 rows at a time", for plans.
    std::string extent() const;
    /// Where a statement (or a byte of it) stands in the file.
    SourcePosition locate(const Statement& statement,
                          std::optional<std::size_t> offset = std::nullopt) const;
};

/// Makes the script of the sections that are for this engine. Throws ErrorKind::invalid_input with
/// the place, before anything runs: what cannot be cut, a statement that controls transactions
/// itself, sections that disagree about the transaction, a probe for several statements.
Script compile_script(const Migration& migration, Direction direction, const Engine& engine);

/// Gives an error of the engine its place in the file: `where` from the failing statement (its
/// number is in `where().statement`) and the position the engine named in it.
void place_error(Error& error, const Script& script, const std::vector<Statement>& statements);

/// "20260101_users" of a version and a name.
std::string migration_label(std::string_view version, std::string_view name);

}  // namespace keel
