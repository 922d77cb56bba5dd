#include "ops/migrate/redo.hpp"

#include <fmt/format.h>

#include "ops/migrate/hooks.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/series.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {

Plan MigrateRedo::plan(OperationContext& context) {
    if (files_.empty()) {
        files_ = read_migrations(context);
        hooks_ = project_hooks(context);
        add_hooks(files_, hooks_, context.project().root());
    }
    standing_ = compare(files_, read_history(context));
    const AppliedEntry* unfinished = standing_.unfinished();
    const bool was_undone = unfinished != nullptr && unfinished == &standing_.applied.back() &&
                            unfinished->row.state == MigrationState::reverting;
    if (unfinished != nullptr && !was_undone) refuse_unfinished(*unfinished);
    down_.reset();
    up_.reset();
    if (standing_.applied.empty()) return {};
    const AppliedEntry& newest = standing_.applied.back();
    if (newest.is_missing())
        throw Error(ErrorKind::not_found,
                    fmt::format("{} cannot be applied again: its file is gone",
                                migration_label(newest.row.version, newest.row.name)))
            .with_hint("bring the file back, or undo the migration with: keel migrate down");
    down_.emplace(context, newest, hooks_).check_going_on(context);
    up_ = compile_script(*newest.file, Direction::up, context.engine());
    const PlanStep again{.step = "apply " + up_->label(),
                         .detail = "checksum " + newest.file->checksum.substr(0, 12),
                         .destructive = false};
    return {.steps = {down_->plan_step(), again}};
}

void MigrateRedo::apply(OperationContext& context, Report& report) {
    const MigrationRun run = make_run(context);
    if (!down_->warning().empty()) report.warnings.push_back(down_->warning());
    {
        OutcomeReport reverted(context, report, "reverted");
        OutcomeReport applied(context, report, "applied");
        const bool in_transactions = down_->script().transaction && up_->transaction;
        MigrationSeries series(run, report,
                               {.total = 2,
                                .all_in_transactions = in_transactions,
                                .last_sequence = standing_.last_sequence});
        series.begin();
        run_hooks(context, run, hooks_, HookPoint::before_down);
        undo(series, *down_, reverted);
        run_hooks(context, run, hooks_, HookPoint::after_down);
        run_hooks(context, run, hooks_, HookPoint::before_all);
        series.execute(*up_, row_of_up(*up_, series.next_sequence()), applied);
    }
    run_hooks(context, run, hooks_, HookPoint::after_all);
    report_end(context, report, standing_.newest);
}

void MigrateRedo::nothing_to_do(OperationContext& context, Report& report) {
    report.result.set("reverted", Json::array()).set("applied", Json::array());
    report.body.emplace_back(MarkedLine{Mark::ok, "nothing to do: no migration is applied"});
    report_end(context, report, "");
}

}  // namespace keel
