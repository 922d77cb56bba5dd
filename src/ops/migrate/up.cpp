#include "ops/migrate/up.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "db/inspector.hpp"
#include "ops/migrate/backfill_run.hpp"
#include "ops/migrate/destructive.hpp"
#include "ops/migrate/lint_before_up.hpp"
#include "ops/migrate/native_parser.hpp"
#include "ops/migrate/prepare.hpp"
#include "ops/migrate/rehearsal_demand.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/sources.hpp"
#include "ops/migrate/step_runner.hpp"

namespace keel {
namespace {

/// What the migration may destroy, with its place: "drop table (line 12)".
std::string describe_destruction(const Script& script) {
    for (const Statement& statement : script.statements) {
        const std::string part = destructive_part(statement.text);
        if (!part.empty()) return fmt::format("{} (line {})", part, statement.line);
    }
    return "";
}

/// A database that holds nothing can lose nothing.
bool is_brand_new(OperationContext& context, const Standing& standing) {
    if (!standing.applied.empty()) return false;
    Connection* connection = context.connection_if_exists();
    if (connection == nullptr) return true;
    return !context.engine().inspector().has_tables(*connection);
}

PlanStep plan_step(const Script& script, const std::string& destruction) {
    if (script.migration->is_skipped)
        return {.step = "skip " + script.label(),
                .detail = "recorded; nothing of it is run",
                .destructive = false};
    return {.step = "apply " + script.label(),
            .detail =
                fmt::format("{}{}{}, checksum {}", script.extent(), destruction.empty() ? "" : ", ",
                            destruction, script.migration->checksum.substr(0, 12)),
            .destructive = !destruction.empty()};
}

}  // namespace

void MigrateUp::prepare(OperationContext& context) {
    if (looks_at_all()) lister_.emplace(context);
}

Plan MigrateUp::plan(OperationContext& context) {
    if (!has_read_ && is_settled(context)) return {};
    read_files(context);
    standing_ = compare(files_, read_history(context));
    Plan plan;
    unfinished_ = standing_.unfinished();
    if (unfinished_ != nullptr) plan_unfinished(context, plan);
    refuse_edited(standing_);
    refuse_half_replaced(standing_);
    selected_ = select_pending(standing_, target_);
    plan_pending(context, plan);
    lint_once(context);
    demand_rehearsal_once(context);
    policy_ = policy_of(context, target_);
    if (policy_.is_any() && !plan.empty() && !is_brand_new(context, standing_))
        plan_backup(context, policy_, scripts(), plan);
    return plan;
}

/// Whether all that is there is to be applied.
bool MigrateUp::looks_at_all() const noexcept {
    return needs_folder_ && target_.to.empty() && !target_.steps && target_.skip.empty();
}

/// Whether there is nothing to do and nothing to say, as the names and checksums tell.
bool MigrateUp::is_settled(OperationContext& context) {
    if (!looks_at_all()) return false;
    if (!lister_) lister_.emplace(context);
    auto rows = read_history(context);
    auto list = lister_->list();
    lister_.reset();
    files_ = std::move(list.migrations);
    has_sections_ = list.has_sections;
    standing_ = compare(files_, std::move(rows));
    return standing_.pending.empty() &&
           std::all_of(standing_.applied.begin(), standing_.applied.end(), [](const auto& entry) {
               return !entry.is_unfinished() && !entry.is_changed() && !entry.is_missing() &&
                      !entry.is_replaced && !entry.is_replaced_by_file();
           });
}

void MigrateUp::read_files(OperationContext& context) {
    // The second plan, under the lock, needs the history anew, not the files: what was agreed to
    // is what was read.
    if (has_read_) return;
    if (!has_sections_)
        files_ = needs_folder_ ? read_migrations(context) : read_migrations_if_any(context);
    skip_migrations(files_, target_.skip);
    hooks_ = project_hooks(context);
    add_hooks(files_, hooks_, context.project().root());
    has_read_ = true;
}

/// What is gone on with is half done, so it cannot be rehearsed; a dry run only looks.
void MigrateUp::demand_rehearsal_once(OperationContext& context) {
    if (has_asked_rehearsal_ || unfinished_ != nullptr || context.is_read_only_run()) return;
    has_asked_rehearsal_ = true;
    rehearsal_warning_ = demand_rehearsal(context, selected_);
}

const Script& MigrateUp::script_of(const Migration& migration, const Engine& engine) {
    const auto found = scripts_.find(&migration);
    if (found != scripts_.end()) return found->second;
    return scripts_.emplace(&migration, compile_script(migration, Direction::up, engine))
        .first->second;
}

void MigrateUp::plan_unfinished(OperationContext& context, Plan& plan) {
    const bool is_up = unfinished_->row.state != MigrationState::reverting;
    if (unfinished_->is_missing() || !is_up) refuse_unfinished(*unfinished_);
    const Script& script = script_of(*unfinished_->file, context.engine());
    const auto steps =
        StepJournal(context.engine()).read(context.connection(), unfinished_->row.sequence);
    if (!can_go_on(context.engine(), script, unfinished_->row, steps))
        refuse_unfinished(*unfinished_);
    std::string detail = fmt::format("from statement {} of {}", unfinished_->row.statements + 1,
                                     script.statements.size());
    std::vector<std::string> figures;
    for (const JournalStep& step : steps)
        if (!step.is_done && !step.cursor.empty())
            figures.push_back(fmt::format("its backfill is done for {}",
                                          BackfillCursor::parse(step.cursor).progress()));
    plan.steps.push_back({.step = "go on with " + script.label(),
                          .detail = std::move(detail),
                          .destructive = !describe_destruction(script).empty(),
                          .figures = std::move(figures)});
}

void MigrateUp::plan_pending(OperationContext& context, Plan& plan) {
    const std::size_t first = plan.steps.size();
    for (const Migration* migration : selected_) {
        const Script& script = script_of(*migration, context.engine());
        plan.steps.push_back(plan_step(script, describe_destruction(script)));
    }
    if (!plan.is_destructive() || !is_brand_new(context, standing_)) return;
    for (std::size_t i = first; i < plan.steps.size(); ++i) plan.steps[i].destructive = false;
}

/// An empty database has nothing to lose, and nobody who waits.
void MigrateUp::lint_once(OperationContext& context) {
    if (has_linted_ || selected_.empty()) return;
    has_linted_ = true;
    if (is_brand_new(context, standing_)) return;
    lint_warnings_ = lint_before_up(context, files_, selected_);
}

void MigrateUp::apply(OperationContext& context, Report& report) {
    const MigrationRun run = make_run(context);
    warn(report);
    if (!standing_.applied.empty()) {
        warn_of_obstacles(run, report);
    }
    {
        OutcomeReport outcomes(context, report, "applied");
        MigrationSeries series(run, report, series_plan());
        series.begin();
        run_hooks(context, run, hooks_, HookPoint::before_all);
        try {
            if (unfinished_ != nullptr) resume(run, series, outcomes);
            apply_all(series, outcomes);
        } catch (const Error& error) {
            if (!policy_.restores_on_failure) throw;
            restore_and_throw(context, error, outcomes);
        }
    }
    run_hooks(context, run, hooks_, HookPoint::after_all);
    report_end(context, report, current_after());
}

std::vector<const Script*> MigrateUp::scripts() const {
    std::vector<const Script*> all;
    if (unfinished_ != nullptr) all.push_back(&scripts_.at(unfinished_->file));
    for (const Migration* migration : selected_) all.push_back(&scripts_.at(migration));
    return all;
}

MigrationSeries::Plan MigrateUp::series_plan() const {
    MigrationSeries::Plan plan{.total = selected_.size() + (unfinished_ == nullptr ? 0U : 1U),
                               .last_sequence = standing_.last_sequence};
    plan.all_in_transactions =
        unfinished_ == nullptr &&
        std::all_of(selected_.begin(), selected_.end(), [this](const Migration* migration) {
            return scripts_.at(migration).transaction;
        });
    return plan;
}

void MigrateUp::warn(Report& report) const {
    report.warnings.insert(report.warnings.end(), lint_warnings_.begin(), lint_warnings_.end());
    if (!rehearsal_warning_.empty()) report.warnings.push_back(rehearsal_warning_);
    for (const AppliedEntry& entry : standing_.applied) {
        if (entry.is_missing())
            report.warnings.push_back(
                fmt::format("{} is applied, but its file is gone",
                            migration_label(entry.row.version, entry.row.name)));
    }
    for (const Migration* migration : selected_) {
        const Script& script = scripts_.at(migration);
        if (migration->is_skipped)
            report.warnings.push_back(
                fmt::format("{} is recorded as skipped: nothing of it was run", script.label()));
        if (!standing_.newest.empty() && standing_.is_newer(standing_.newest, migration->version))
            report.warnings.push_back(
                fmt::format("{} is older than {}, which is applied: it is applied out of order",
                            script.label(), standing_.newest));
        for (const SplitNote& note : script.notes)
            report.warnings.push_back(
                fmt::format("{}:{}: {}", migration->file.native(), note.line, note.message));
    }
}

/// What a look at the server says before anything is locked.
void MigrateUp::warn_of_obstacles(const MigrationRun& run, Report& report) const {
    std::vector<Statement> statements;
    for (const Migration* migration : selected_) {
        const auto& own = scripts_.at(migration).statements;
        statements.insert(statements.end(), own.begin(), own.end());
    }
    for (const Diagnostic& finding : run.engine.preflight(run.connection(), statements))
        report.warnings.push_back(fmt::format("{}: {}", finding.message, finding.hint));
}

void MigrateUp::resume(const MigrationRun& run, MigrationSeries& series,
                       OutcomeReport& outcomes) const {
    const Script& script = scripts_.at(unfinished_->file);
    AppliedMigration row = unfinished_->row;
    if (unfinished_->is_changed()) {
        // What goes on is the file as it is now, so that is what the history must tell of.
        row.checksum = unfinished_->file->checksum;
        row.down_sql = down_text(*unfinished_->file);
        History(run.engine).update_text(run.connection(), row);
    }
    series.resume(script, std::move(row), outcomes);
}

void MigrateUp::apply_all(MigrationSeries& series, OutcomeReport& outcomes) const {
    for (const Migration* migration : selected_) {
        const Script& script = scripts_.at(migration);
        series.execute(script, row_of_up(script, series.next_sequence()), outcomes);
    }
}

std::string MigrateUp::current_after() const {
    std::string newest = standing_.newest;
    for (const Migration* migration : selected_)
        if (migration->kind != MigrationKind::repeatable &&
            (newest.empty() || standing_.is_newer(migration->version, newest)))
            newest = migration->version;
    return newest;
}

void MigrateUp::nothing_to_do(OperationContext& context, Report& report) {
    report.result.set("applied", Json::array());
    report.body.emplace_back(MarkedLine{Mark::ok, "nothing to do: no migration is pending"});
    warn(report);
    report_end(context, report, standing_.newest);
}

}  // namespace keel
