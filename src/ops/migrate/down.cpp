#include "ops/migrate/down.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/series.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {

Plan MigrateDown::plan(OperationContext& context) {
    if (files_.empty()) files_ = read_migrations(context);
    standing_ = compare(files_, read_history(context));
    if (const AppliedEntry* entry = standing_.unfinished()) refuse_unfinished(*entry);
    steps_.clear();
    Plan plan;
    for (const AppliedEntry* entry : select_applied(standing_, target_)) {
        const DownStep& step = steps_.emplace_back(context, *entry);
        plan.steps.push_back(step.plan_step());
    }
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
        for (const DownStep& step : steps_) {
            if (!step.warning().empty()) report.warnings.push_back(step.warning());
            series.execute(step.script(), step.history_row(series.next_sequence()), outcomes);
        }
    }
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
