#pragma once

#include <cstdint>

#include "ops/migrate/run.hpp"
#include "ops/migrate/script.hpp"

namespace keel {

/// How one migration is to be recorded.
struct Recording {
    AppliedMigration row;          ///< sequence, version, name, checksum, down_sql: given
    bool with_fingerprint = true;  ///< false within a longer run: the last one does it
};

/// The row that an up of the script's migration adds to the history.
AppliedMigration row_of_up(const Script& script, std::int64_t sequence);
/// The row that a down of an applied migration adds.
AppliedMigration row_of_down(const AppliedMigration& applied, std::int64_t sequence);

/// Runs scripts, and records what they did in the same breath.
///
/// In a transaction: statements, history row, verify queries, the engine's own checks and COMMIT
/// are one; when anything fails the database is as before. When the reply to COMMIT is lost, the
/// outcome is read from the history under the lock, never guessed.
///
/// Without one (transaction:false): each statement by itself, the history row first, so that an
/// interruption at any instant is seen. Errors place themselves in the migration's file.
class MigrationExecutor {
  public:
    explicit MigrationExecutor(const MigrationRun& run) : run_(run) {}

    MigrationOutcome execute(const Script& script, Recording recording) const;
    /// Goes on with a script that was begun: `recording.row` is in the history, and
    /// `recording.row.statements` of the script are done.
    MigrationOutcome resume(const Script& script, Recording recording) const;

  private:
    MigrationOutcome execute_in_transaction(const Script& script, Recording recording) const;
    /// Gives what the person should know about it, or nothing.
    std::string transact(const Script& script, const Recording& recording) const;
    void run_statements(Connection& connection, const Script& script,
                        const AppliedMigration& row) const;
    void run_around_code(Connection& connection, const Script& script,
                         const AppliedMigration& row) const;
    std::string settle_doubt(const Error& doubt, const AppliedMigration& row) const;
    void complete(AppliedMigration& row) const;

    const MigrationRun& run_;
};

}  // namespace keel
