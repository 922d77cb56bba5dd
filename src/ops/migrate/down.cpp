#include "ops/migrate/down.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/migrate/hooks.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/series.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {

Plan MigrateDown::plan(OperationContext& context) {
    if (files_.empty()) {
        files_ = read_migrations(context);
        hooks_ = project_hooks(context);
    }
    standing_ = compare(files_, read_history(context));
    const AppliedEntry* unfinished = standing_.unfinished();
    const bool was_undone =
        unfinished != nullptr && unfinished->row.state == MigrationState::reverting;
    if (unfinished != nullptr && !was_undone) refuse_unfinished(*unfinished);
    steps_.clear();
    Plan plan;
    for (const AppliedEntry* entry : select_applied(standing_, target_)) {
        const DownStep& step = steps_.emplace_back(context, *entry, hooks_);
        step.check_going_on(context);
        plan.steps.push_back(step.plan_step());
    }
    // What is half undone comes first, or nothing does.
    if (unfinished != nullptr && (steps_.empty() || !steps_.front().goes_on()))
        refuse_unfinished(*unfinished);
    return plan;
}

void MigrateDown::apply(OperationContext& context, Report& report) {
    const MigrationRun run = make_run(context);
    {
        OutcomeReport outcomes(context, report, "reverted");
        const bool in_transactions =
            std::all_of(steps_.begin(), steps_.end(),
                        [](const DownStep& step) { return step.script().transaction; });
        MigrationSeries series(run, report,
                               {.total = steps_.size(),
                                .all_in_transactions = in_transactions,
                                .last_sequence = standing_.last_sequence});
        series.begin();
        run_hooks(context, run, hooks_, HookPoint::before_down);
        for (const DownStep& step : steps_) {
            if (!step.warning().empty()) report.warnings.push_back(step.warning());
            undo(series, step, outcomes);
        }
    }
    run_hooks(context, run, hooks_, HookPoint::after_down);
    report_end(context, report, current_after());
    report.next_steps.emplace_back("keel migrate status");
}

std::string MigrateDown::current_after() const {
    std::string newest;
    for (const AppliedEntry& entry : standing_.applied) {
        const bool is_gone = std::any_of(steps_.begin(), steps_.end(), [&](const DownStep& step) {
            return step.applied().sequence == entry.row.sequence;
        });
        if (!is_gone && (newest.empty() || standing_.is_newer(entry.row.version, newest)))
            newest = entry.row.version;
    }
    return newest;
}

void MigrateDown::nothing_to_do(OperationContext& context, Report& report) {
    report.result.set("reverted", Json::array());
    report.body.emplace_back(MarkedLine{Mark::ok, "nothing to do: no migration is to be undone"});
    report_end(context, report, standing_.newest);
}

}  // namespace keel
