#pragma once

#include "ops/migrate/run.hpp"
#include "ops/migrate/script.hpp"

namespace keel {

/// Runs a script whose statements cannot run in a transaction, one by one. The history row says
/// "running" (or "reverting") before the first, counts each as it is done, and gets its end state
/// after the last: whoever comes after an interruption sees where it was.
class StepRunner {
  public:
    StepRunner(const MigrationRun& run, const Script& script, bool with_fingerprint)
        : run_(run), script_(script), with_fingerprint_(with_fingerprint) {}

    /// Adds the row to the history.
    void begin(AppliedMigration& row) const;
    /// Says of a row that is in the history that it is being worked on again.
    void reopen(AppliedMigration& row) const;
    /// Runs the statements after the first `row.statements`, then the verify queries, and ends the
    /// row. Throws ErrorKind::partial when a part of the script stays done; the engine's own error
    /// when nothing of it is (the row is then taken away again).
    void run(AppliedMigration& row) const;

  private:
    void run_statement(AppliedMigration& row, std::size_t index) const;
    void end(AppliedMigration& row, const Stopwatch& watch) const;
    /// Records a failure, as far as that can still be done, and throws what it comes to.
    [[noreturn]] void fail(AppliedMigration& row, Error error) const;
    bool is_without_effect(const AppliedMigration& row, const Error& error) const;
    bool is_up() const noexcept { return script_.direction == Direction::up; }

    const MigrationRun& run_;
    const Script& script_;
    bool with_fingerprint_;
};

/// Whether the probe of a section says that its statement is done.
bool probe_says_done(Connection& connection, const Script& script);

}  // namespace keel
