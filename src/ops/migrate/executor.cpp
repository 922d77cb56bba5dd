#include "ops/migrate/executor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/schema_change.hpp"
#include "db/transaction.hpp"
#include "ops/migrate/code_migrations.hpp"
#include "ops/migrate/fingerprint.hpp"
#include "ops/migrate/lock_retry.hpp"
#include "ops/migrate/native_parser.hpp"
#include "ops/migrate/step_runner.hpp"
#include "ops/migrate/verify_section.hpp"

namespace keel {
namespace {

std::string trail_of(const Script& script) {
    const bool is_up = script.direction == Direction::up;
    return fmt::format("{} {}", is_up ? "apply" : "undo", script.label());
}

/// What somebody whose SQL is wrong wants to know first.
void add_hint(Error& error, const Script& script) {
    const bool is_refused = error.kind() == ErrorKind::sql || error.kind() == ErrorKind::constraint;
    if (!is_refused || !error.hint().empty()) return;
    error.set_hint(
        script.direction == Direction::up
            ? "nothing of this migration is in the database: mend its file, then run keel "
              "migrate up again"
            : "nothing of this migration was undone");
}

MigrationOutcome outcome_of(const AppliedMigration& row, const Stopwatch& watch) {
    return {.version = row.version,
            .name = row.name,
            .statements = row.statements,
            .duration_ms = watch.elapsed().count(),
            .note = {}};
}

}  // namespace

AppliedMigration row_of_up(const Script& script, std::int64_t sequence) {
    AppliedMigration row;
    row.sequence = sequence;
    row.version = script.migration->version;
    row.name = script.migration->name;
    row.checksum = script.migration->checksum;
    row.state = script.migration->is_skipped ? MigrationState::skipped : MigrationState::applied;
    if (!script.migration->code) row.down_sql = down_text(*script.migration);
    return row;
}

AppliedMigration row_of_down(const AppliedMigration& applied, std::int64_t sequence) {
    AppliedMigration row;
    row.sequence = sequence;
    row.version = applied.version;
    row.name = applied.name;
    row.checksum = applied.checksum;
    row.state = MigrationState::reverted;
    return row;
}

MigrationOutcome MigrationExecutor::execute(const Script& script, Recording recording) const {
    complete(recording.row);
    if (script.transaction) return execute_in_transaction(script, std::move(recording));
    const Stopwatch watch;
    StepRunner steps(run_, script, recording.with_fingerprint);
    steps.begin(recording.row);
    steps.run(recording.row);
    return outcome_of(recording.row, watch);
}

MigrationOutcome MigrationExecutor::resume(const Script& script, Recording recording) const {
    const Stopwatch watch;
    StepRunner steps(run_, script, recording.with_fingerprint);
    steps.reopen(recording.row);
    steps.run(recording.row);
    return outcome_of(recording.row, watch);
}

MigrationOutcome MigrationExecutor::execute_in_transaction(const Script& script,
                                                           Recording recording) const {
    const Stopwatch watch;
    recording.row.statements =
        static_cast<int>(script.statements.size()) + (script.code_after ? 1 : 0);
    MigrationOutcome outcome = outcome_of(recording.row, watch);
    try {
        with_lock_retries(run_, script, [&] { outcome.note = transact(script, recording); });
    } catch (Error& error) {
        error.add_trail(trail_of(script));
        // What fails at the commit, or in the checks before it, is no statement's own fault.
        if (!error.where().is_known()) error.set_where({.file = script.migration->file.native()});
        add_hint(error, script);
        if (error.kind() != ErrorKind::in_doubt) throw;
        // Nothing of the lost connection is in use any more: it may be replaced.
        outcome.note = settle_doubt(error, recording.row);
    }
    outcome.duration_ms = watch.elapsed().count();
    return outcome;
}

std::string MigrationExecutor::transact(const Script& script, const Recording& recording) const {
    Connection& connection = run_.connection();
    const auto guard = run_.engine.guard_schema_change(
        connection, {.statements = script.statements, .lock_timeout = script.lock_timeout});
    Transaction transaction(connection);
    if (guard) guard->after_begin();
    run_code_hooks(run_, connection, script, true);
    if (script.code_after) {
        run_around_code(connection, script, recording.row);
    } else {
        run_statements(connection, script, recording.row);
    }
    run_code_hooks(run_, connection, script, false);
    run_verify(connection, script);
    if (guard) guard->before_commit();
    if (recording.with_fingerprint)
        record_fingerprint(connection, run_.engine, recording.row.sequence);
    transaction.commit();
    if (!guard) return {};
    const auto remarks = guard->remarks();
    return remarks.empty() ? std::string()
                           : fmt::format("{}: {}", script.label(), join(remarks, "; "));
}

void MigrationExecutor::run_statements(Connection& connection, const Script& script,
                                       const AppliedMigration& row) const {
    const std::string record = History(run_.engine).insert_statement(row);
    // The history row goes with the migration's own statements: one trip where the engine can.
    std::vector<Statement> statements = script.statements;
    statements.push_back({.text = record, .number = static_cast<int>(statements.size()) + 1});
    try {
        connection.run_script(statements);
    } catch (Error& error) {
        place_error(error, script, script.statements);
        throw;
    }
}

/// The statements here are those of hooks.
void MigrationExecutor::run_around_code(Connection& connection, const Script& script,
                                        const AppliedMigration& row) const {
    const std::span<const Statement> statements = script.statements;
    try {
        connection.run_script(statements.first(*script.code_after));
        run_code(run_, connection, script);
        connection.run_script(statements.subspan(*script.code_after));
    } catch (Error& error) {
        place_error(error, script, script.statements);
        throw;
    }
    verify_code(run_, connection, script);
    connection.execute(History(run_.engine).insert_statement(row));
}

std::string MigrationExecutor::settle_doubt(const Error& doubt, const AppliedMigration& row) const {
    std::vector<AppliedMigration> rows;
    try {
        // Having the lock again means that the server has ended the lost session.
        rows = History(run_.engine).read(run_.reconnect());
    } catch (const Error& error) {
        throw Error(ErrorKind::in_doubt, fmt::format("{}; and it could not be found out: {}",
                                                     doubt.message(), error.message()))
            .with_hint("when the database can be reached again, look at: keel migrate status");
    }
    const bool is_there = std::any_of(rows.begin(), rows.end(), [&](const AppliedMigration& found) {
        return found.sequence == row.sequence && found.version == row.version &&
               found.state == row.state && found.applied_at == row.applied_at;
    });
    if (is_there)
        return fmt::format("the reply to the commit of {} was lost; the history says it is done",
                           migration_label(row.version, row.name));
    throw Error(ErrorKind::unreachable,
                fmt::format("the connection was lost at the commit of {}, which is not done",
                            migration_label(row.version, row.name)))
        .with_hint("nothing of it is in the database: run the command again");
}

void MigrationExecutor::complete(AppliedMigration& row) const {
    row.applied_by = run_.actor;
    row.applied_at = format_utc(run_.context.clock.now());
    row.backup = run_.backup;
}

}  // namespace keel
