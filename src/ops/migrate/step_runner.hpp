#pragma once

#include <map>
#include <memory>

#include "db/schema_change.hpp"
#include "ops/migrate/run.hpp"
#include "ops/migrate/script.hpp"
#include "ops/migrate/step_journal.hpp"

namespace keel {

/// Runs a script that cannot be one transaction, part by part, so that whoever comes after an
/// interruption at any instant can go on.
///
/// The history row says "running" (or "reverting") before the first part, counts the statements as
/// they are done, and gets its end state after the last. A part in a transaction is counted in that
/// transaction: it is done exactly once. A part that runs alone is written down before it begins
/// and after it has ended; in between, its effect is looked for in the database.
class StepRunner {
  public:
    StepRunner(const MigrationRun& run, const Script& script, bool with_fingerprint);
    ~StepRunner();
    StepRunner(const StepRunner&) = delete;
    StepRunner& operator=(const StepRunner&) = delete;

    /// Adds the row to the history.
    void begin(AppliedMigration& row);
    /// Says of a row that is in the history that it is being worked on again.
    void reopen(AppliedMigration& row);
    /// Runs the statements after the first `row.statements`, then the verify queries, and ends the
    /// row. Throws ErrorKind::partial when a part of the script stays done; the engine's own error
    /// when nothing of it is (the row is then taken away again).
    void run(AppliedMigration& row);

  private:
    void run_parts(AppliedMigration& row);
    void run_together(AppliedMigration& row, std::size_t first, std::size_t count);
    void transact(const AppliedMigration& row, std::size_t first, std::size_t count);
    void settle_doubt(const AppliedMigration& row, const Error& doubt, std::size_t end);
    void run_alone(AppliedMigration& row, std::size_t index);
    void run_backfill(AppliedMigration& row, std::size_t index);
    void run_scripted(std::size_t first, std::size_t count);
    /// Whether the statement is done already. Throws ErrorKind::partial when nobody can tell.
    bool is_settled_as_done(const AppliedMigration& row, const LoneStatement* lone,
                            const JournalStep& step);
    JournalStep known_step(const AppliedMigration& row, std::size_t first, std::size_t count) const;
    void record_done(AppliedMigration& row, JournalStep step, std::size_t end);
    void run_hooks(bool is_before);
    void guard();
    /// After the connection was lost: another one, on which all is as the rest needs it.
    void reopen(std::size_t done);
    void repeat_settings(std::size_t end);
    void end(AppliedMigration& row, const Stopwatch& watch);
    /// Records a failure, as far as that can still be done, and throws what it comes to.
    [[noreturn]] void fail(AppliedMigration& row, Error error);
    bool is_without_effect(const AppliedMigration& row, const Error& error) const;
    std::string way_on(const AppliedMigration& row) const;
    bool is_up() const noexcept { return script_.direction == Direction::up; }

    const MigrationRun& run_;
    const Script& script_;
    bool with_fingerprint_;
    bool is_resumed_ = false;
    bool has_batches_ = false;  ///< of a backfill whose end is not written down
    StepJournal journal_;
    std::map<std::int64_t, JournalStep> known_;  ///< from before, by statement
    std::unique_ptr<SchemaChangeGuard> guard_;
};

/// Whether the probe of a section says that its statement is done.
bool probe_says_done(Connection& connection, const Script& script);

/// Digest of the text of some statements of the script.
std::string digest_of(const Script& script, std::size_t first, std::size_t count);

/// Whether the script, as it is now, may be gone on with by itself after `row.statements` of its
/// statements: those that are done must be what they were, and what became of the next must be
/// possible to find out.
bool can_go_on(const Engine& engine, const Script& script, const AppliedMigration& row,
               const std::vector<JournalStep>& steps);

}  // namespace keel
