#include "ops/migrate/step_runner.hpp"

#include <fmt/format.h>

#include <array>

#include "db/sql_words.hpp"
#include "ops/migrate/fingerprint.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/verify_section.hpp"

namespace keel {
namespace {

/// Refused before it began: a syntax error, a name that is not there or not allowed (SQLSTATE class
/// 42), or SQLite's general error. A block or a procedure may have committed before.
bool is_refused_at_start(const Error& error, std::string_view statement) {
    if (error.kind() != ErrorKind::sql || !error.sql()) return false;
    const std::string& state = error.sql()->state;
    const bool is_refusal = state.starts_with("42") || state == "SQLITE_ERROR";
    const auto words = sql_words(statement);
    const bool may_commit = !words.empty() && (words.front() == "do" || words.front() == "call");
    return is_refusal && !may_commit;
}

std::string how_far(const AppliedMigration& row, std::size_t total) {
    if (static_cast<std::size_t>(row.statements) >= total)
        return fmt::format("all {} statements are done", total);
    return fmt::format("statement {} of {}", row.statements + 1, total);
}

}  // namespace

void StepRunner::begin(AppliedMigration& row) const {
    row.state = is_up() ? MigrationState::running : MigrationState::reverting;
    row.statements = 0;
    run_.connection().execute(History(run_.engine).insert_statement(row));
}

void StepRunner::reopen(AppliedMigration& row) const {
    row.state = is_up() ? MigrationState::running : MigrationState::reverting;
    History(run_.engine).update_progress(run_.connection(), row);
}

void StepRunner::run(AppliedMigration& row) const {
    const Stopwatch watch;
    try {
        Connection& connection = run_.connection();
        const auto guard = run_.engine.guard_schema_change(
            connection, {.statements = script_.statements, .lock_timeout = script_.lock_timeout});
        if (guard) guard->after_begin();
        for (auto i = static_cast<std::size_t>(row.statements); i < script_.statements.size(); ++i)
            run_statement(row, i);
        if (guard) guard->before_commit();
        run_verify(connection, script_);
    } catch (Error& error) {
        fail(row, std::move(error));
    }
    end(row, watch);
}

void StepRunner::run_statement(AppliedMigration& row, std::size_t index) const {
    run_.context.check_cancelled(script_.label());
    run_.context.progress.on({.phase = "statements",
                              .item = script_.migration->name,
                              .done = index,
                              .total = script_.statements.size(),
                              .unit = ProgressUnit::statements});
    Connection& connection = run_.connection();
    try {
        connection.run_script(std::span(script_.statements).subspan(index, 1));
    } catch (Error& error) {
        error.set_where({.statement = static_cast<int>(index) + 1});
        place_error(error, script_, script_.statements);
        throw;
    }
    row.statements = static_cast<int>(index) + 1;
    History(run_.engine).update_progress(connection, row);
}

void StepRunner::end(AppliedMigration& row, const Stopwatch& watch) const {
    Connection& connection = run_.connection();
    row.state = is_up() ? MigrationState::applied : MigrationState::reverted;
    row.duration_ms = watch.elapsed().count();
    History(run_.engine).update_progress(connection, row);
    if (with_fingerprint_) record_fingerprint(connection, run_.engine, row.sequence);
}

bool StepRunner::is_without_effect(const AppliedMigration& row, const Error& error) const {
    if (row.statements > 0 || script_.statements.empty()) return false;
    return error.kind() == ErrorKind::cancelled
               ? error.where().statement == 0  // before the first one was sent
               : is_refused_at_start(error, script_.statements.front().text);
}

void StepRunner::fail(AppliedMigration& row, Error error) const {
    const bool is_untouched = is_without_effect(row, error);
    try {
        Connection& connection = run_.connection();
        const History history(run_.engine);
        if (is_untouched) history.remove(connection, row.sequence);
        // A statement that was cancelled or lost may have had an effect: that row stays "running".
        const bool is_known =
            error.kind() == ErrorKind::sql || error.kind() == ErrorKind::constraint;
        if (!is_untouched && is_known && is_up()) {
            row.state = MigrationState::failed;
            history.update_progress(connection, row);
        }
    } catch (const Error& second) {
        error.add_trail(fmt::format("record that in the history: {}", second.message()));
    }
    error.add_trail(fmt::format("{} {}", is_up() ? "apply" : "undo", script_.label()));
    if (is_untouched) throw std::move(error);
    error.set_message(fmt::format("{}, without a transaction, is half done ({}): {}",
                                  script_.label(), how_far(row, script_.statements.size()),
                                  error.message()));
    error.set_kind(ErrorKind::partial);
    error.set_hint(script_.idempotent
                       ? "its statements are idempotent: run the command again to go on"
                       : settlement_hint(row));
    throw std::move(error);
}

bool probe_says_done(Connection& connection, const Script& script) {
    const auto answer = connection.query_text(script.probe);
    return answer && *answer != "f" && *answer != "false" && *answer != "0";
}

}  // namespace keel
