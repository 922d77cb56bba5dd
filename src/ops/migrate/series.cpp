#include "ops/migrate/series.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/migrate/fingerprint.hpp"

namespace keel {

MigrationSeries::MigrationSeries(const MigrationRun& run, Report& report, const Plan& plan)
    : run_(run),
      report_(report),
      plan_(plan),
      executor_(run_),
      last_sequence_(plan.last_sequence) {}

void MigrationSeries::begin() {
    Connection& connection = run_.connection();
    History(run_.engine).ensure(connection);
    if (has_drifted(connection, run_.engine))
        report_.warnings.emplace_back(
            "the schema is not what the last migration left: somebody changed it by other means");
    if (plan_.total > 1 || !plan_.all_in_transactions)
        withdrawn_ = withdraw_fingerprint(connection, run_.engine);
}

void MigrationSeries::execute(const Script& script, AppliedMigration row, OutcomeReport& outcomes) {
    perform(script, std::move(row), outcomes,
            [&](Recording recording) { return executor_.execute(script, std::move(recording)); });
}

void MigrationSeries::resume(const Script& script, AppliedMigration row, OutcomeReport& outcomes) {
    perform(script, std::move(row), outcomes,
            [&](Recording recording) { return executor_.resume(script, std::move(recording)); });
}

void MigrationSeries::perform(const Script& script, AppliedMigration row, OutcomeReport& outcomes,
                              const Work& work) {
    const std::string label = script.label();
    const std::int64_t sequence = row.sequence;
    bool is_begun = false;
    try {
        run_.context.check_cancelled(label);
        run_.context.progress.on(
            {.phase = "migrate", .item = label, .done = begun_, .total = plan_.total});
        is_begun = true;
        const bool is_last = ++begun_ == plan_.total;
        outcomes.add(work({.row = std::move(row), .with_fingerprint = is_last}));
    } catch (const Error& error) {
        if (is_begun) outcomes.add_failure(label);
        after_failure(error);
        throw;
    }
    last_sequence_ = std::max(last_sequence_, sequence);
    last_done_ = sequence;
}

void MigrationSeries::after_failure(const Error& error) {
    if (error.kind() == ErrorKind::partial || error.kind() == ErrorKind::in_doubt) return;
    try {
        Connection& connection = run_.connection();
        if (!connection.is_usable() || connection.in_transaction()) return;
        if (last_done_ == 0) return restore_fingerprint(connection, run_.engine, withdrawn_);
        record_fingerprint(connection, run_.engine, last_done_);
    } catch (const Error& second) {
        report_.warnings.push_back("the schema's fingerprint could not be recorded: " +
                                   second.message());
    }
}

}  // namespace keel
