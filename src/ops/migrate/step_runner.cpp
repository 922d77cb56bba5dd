#include "ops/migrate/step_runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "db/lone_statement.hpp"
#include "db/schema_change.hpp"
#include "db/sql_words.hpp"
#include "db/transaction.hpp"
#include "ops/migrate/backfill_run.hpp"
#include "ops/migrate/code_migrations.hpp"
#include "ops/migrate/fingerprint.hpp"
#include "ops/migrate/lock_retry.hpp"
#include "ops/migrate/server_progress.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/verify_section.hpp"

namespace keel {

StepRunner::StepRunner(const MigrationRun& run, const Script& script, bool with_fingerprint)
    : run_(run), script_(script), with_fingerprint_(with_fingerprint), journal_(run.engine) {}

StepRunner::~StepRunner() = default;

void StepRunner::begin(AppliedMigration& row) {
    journal_.ensure(run_.connection());
    row.state = is_up() ? MigrationState::running : MigrationState::reverting;
    row.statements = 0;
    run_.connection().execute(History(run_.engine).insert_statement(row));
}

void StepRunner::reopen(AppliedMigration& row) {
    Connection& connection = run_.connection();
    journal_.ensure(connection);
    for (JournalStep& step : journal_.read(connection, row.sequence))
        known_.insert_or_assign(step.statement, std::move(step));
    row.state = is_up() ? MigrationState::running : MigrationState::reverting;
    History(run_.engine).update_progress(connection, row);
    is_resumed_ = true;
}

void StepRunner::run(AppliedMigration& row) {
    const Stopwatch watch;
    try {
        guard();
        if (row.statements > 0) repeat_settings(static_cast<std::size_t>(row.statements));
        if (row.statements == 0) run_hooks(true);
        run_parts(row);
        run_hooks(false);
        run_verify(run_.connection(), script_);
        guard_.reset();
    } catch (Error& error) {
        fail(row, std::move(error));
    }
    end(row, watch);
}

/// The application's hooks have a transaction of their own here; one that was interrupted is run
/// again.
void StepRunner::run_hooks(bool is_before) {
    if (run_.extensions == nullptr || run_.extensions->hooks.empty()) return;
    Transaction transaction(run_.connection());
    run_code_hooks(run_, run_.connection(), script_, is_before);
    transaction.commit();
}

void StepRunner::guard() {
    guard_.reset();
    guard_ = run_.engine.guard_schema_change(
        run_.connection(),
        {.statements = script_.statements, .lock_timeout = script_.lock_timeout});
}

void StepRunner::repeat_settings(std::size_t end) {
    for (std::size_t i = 0; i < std::min(end, script_.statements.size()); ++i) {
        if (!changes_session(script_.statements[i].text)) continue;
        run_.connection().run_script(std::span(script_.statements).subspan(i, 1));
    }
}

void StepRunner::run_parts(AppliedMigration& row) {
    for (const ScriptPart& part : script_.parts) {
        const std::size_t done = static_cast<std::size_t>(row.statements);
        const std::size_t end = part.first + part.count;
        if (end <= done) continue;
        run_.context.check_cancelled(script_.label());
        run_.context.progress.on({.phase = "statements",
                                  .item = script_.migration->name,
                                  .done = done,
                                  .total = script_.statements.size(),
                                  .unit = ProgressUnit::statements});
        const std::size_t first = std::max(part.first, done);
        if (part.is_backfill) {
            run_backfill(row, first);
        } else if (part.is_alone) {
            run_alone(row, first);
        } else {
            run_together(row, first, end - first);
        }
    }
}

void StepRunner::run_scripted(std::size_t first, std::size_t count) {
    try {
        run_.connection().run_script(std::span(script_.statements).subspan(first, count));
    } catch (Error& error) {
        if (error.where().statement == 0)
            error.set_where({.statement = static_cast<int>(first) + 1});
        place_error(error, script_, script_.statements);
        throw;
    }
}

JournalStep StepRunner::known_step(const AppliedMigration& row, std::size_t first,
                                   std::size_t count) const {
    const auto found = known_.find(static_cast<std::int64_t>(first) + 1);
    JournalStep step = found == known_.end() ? JournalStep{} : found->second;
    step.sequence = row.sequence;
    step.statement = static_cast<std::int64_t>(first) + 1;
    step.digest = digest_of(script_, first, count);
    step.at = format_utc(run_.context.clock.now());
    return step;
}

void StepRunner::run_together(AppliedMigration& row, std::size_t first, std::size_t count) {
    const std::size_t end = first + count;
    try {
        with_lock_retries(run_, script_, [&] { transact(row, first, count); });
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::in_doubt) throw;
        settle_doubt(row, error, end);
    }
    row.statements = static_cast<int>(end);
}

void StepRunner::transact(const AppliedMigration& row, std::size_t first, std::size_t count) {
    Connection& connection = run_.connection();
    Transaction transaction(connection);
    if (guard_) guard_->after_begin();
    run_scripted(first, count);
    JournalStep step = known_step(row, first, count);
    step.kind = "transaction";
    step.is_done = true;
    journal_.write(connection, step);
    AppliedMigration next = row;
    next.statements = static_cast<int>(first + count);
    History(run_.engine).update_progress(connection, next);
    if (guard_) guard_->before_commit();
    transaction.commit();
    if (!guard_) return;
    for (const std::string& remark : guard_->remarks())
        run_.context.logger.log(Level::notice, fmt::format("{}: {}", script_.label(), remark));
}

void StepRunner::settle_doubt(const AppliedMigration& row, const Error& doubt, std::size_t end) {
    guard_.reset();  // it holds on to the connection that was lost
    std::vector<AppliedMigration> rows;
    try {
        rows = History(run_.engine).read(run_.reconnect());
    } catch (const Error& error) {
        throw Error(ErrorKind::in_doubt, fmt::format("{}; and it could not be found out: {}",
                                                     doubt.message(), error.message()));
    }
    const auto found = std::ranges::find(rows, row.sequence, &AppliedMigration::sequence);
    const bool is_there = found != rows.end() && static_cast<std::size_t>(found->statements) >= end;
    if (!is_there)
        throw Error(ErrorKind::unreachable,
                    fmt::format("the connection was lost at the commit of statement {}, which is "
                                "not done",
                                end));
    guard();
    repeat_settings(end);
}

bool StepRunner::is_settled_as_done(const AppliedMigration& row, const LoneStatement* lone,
                                    const JournalStep& step) {
    Connection& connection = run_.connection();
    const bool is_repeated = step.attempts > 0;
    if (!script_.probe.empty() && is_resumed_) return probe_says_done(connection, script_);
    if (script_.idempotent) return false;
    if (lone == nullptr) {
        if (is_repeated) refuse_unfinished({.row = row, .file = script_.migration});
        return false;
    }
    const Finding finding = lone->settle(connection, step.before, is_repeated);
    if (finding.state == Settled::unknown)
        throw Error(ErrorKind::partial, fmt::format("it cannot be told whether {} {} is done: {}",
                                                    lone->kind(), lone->target(), finding.evidence))
            .at(script_.locate(script_.statements[static_cast<std::size_t>(step.statement) - 1]));
    for (const std::string& remedy : finding.remedy) {
        run_.context.logger.log(Level::notice, fmt::format("{}: {}", finding.evidence, remedy));
        connection.execute(remedy);
    }
    return finding.state == Settled::done;
}

void StepRunner::run_alone(AppliedMigration& row, std::size_t index) {
    const Statement& statement = script_.statements[index];
    const auto lone = run_.engine.lone_statement(statement.text);
    JournalStep step = known_step(row, index, 1);
    step.kind = lone ? lone->kind() : "statement";
    step.target = lone ? lone->target() : std::string();
    if (step.attempts == 0 && lone) step.before = lone->before(run_.connection());
    if (!is_settled_as_done(row, lone.get(), step)) {
        ++step.attempts;
        journal_.write(run_.connection(), step);
        known_.insert_or_assign(step.statement, step);
        const ServerProgress progress(run_, script_, lone.get());
        try {
            if (lone) {
                lone->run(run_.connection(), statement);
                lone->check(run_.connection(), step.before);
            } else {
                run_scripted(index, 1);
            }
        } catch (Error& error) {
            error.set_where({.statement = static_cast<int>(index) + 1});
            place_error(error, script_, script_.statements);
            throw;
        }
    }
    record_done(row, std::move(step), index + 1);
}

void StepRunner::reopen(std::size_t done) {
    guard_.reset();
    run_.reconnect();
    guard();
    repeat_settings(done);
}

void StepRunner::run_backfill(AppliedMigration& row, std::size_t index) {
    JournalStep step = known_step(row, index, 1);
    step.kind = "backfill";
    step.target = script_.backfills.at(index)->directive.table.name;
    has_batches_ = !step.cursor.empty();
    BackfillRun backfill({.run = run_,
                          .script = script_,
                          .index = index,
                          .guard = [this] { return guard_.get(); },
                          .reopen = [this, index] { reopen(index); },
                          .on_batch = [this] { has_batches_ = true; }});
    record_done(row, backfill.run(std::move(step)), index + 1);
}

void StepRunner::record_done(AppliedMigration& row, JournalStep step, std::size_t end) {
    Connection& connection = run_.connection();
    step.is_done = true;
    AppliedMigration next = row;
    next.statements = static_cast<int>(end);
    Transaction transaction(connection);
    journal_.write(connection, step);
    History(run_.engine).update_progress(connection, next);
    transaction.commit();
    row.statements = next.statements;
}

void StepRunner::end(AppliedMigration& row, const Stopwatch& watch) {
    Connection& connection = run_.connection();
    row.state = is_up() ? MigrationState::applied : MigrationState::reverted;
    row.duration_ms = watch.elapsed().count();
    Transaction transaction(connection);
    History(run_.engine).update_progress(connection, row);
    journal_.forget(connection, row.sequence);
    if (with_fingerprint_) record_fingerprint(connection, run_.engine, row.sequence);
    transaction.commit();
}

}  // namespace keel
