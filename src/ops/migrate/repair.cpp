#include "ops/migrate/repair.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "ops/migrate/hooks.hpp"
#include "ops/migrate/native_parser.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/series.hpp"
#include "ops/migrate/sources.hpp"
#include "ops/migrate/step_journal.hpp"

namespace keel {
namespace {

struct VerdictFlag {
    std::string_view name;
    RepairVerdict verdict;
};
constexpr std::array<VerdictFlag, 4> verdict_flags{{{"done", RepairVerdict::done},
                                                    {"retry", RepairVerdict::retry},
                                                    {"abandon", RepairVerdict::abandon},
                                                    {"accept", RepairVerdict::accept}}};

std::string label_of(const AppliedEntry& entry) {
    return migration_label(entry.row.version, entry.row.name);
}

Error file_gone(const AppliedEntry& entry) {
    return Error(ErrorKind::not_found, fmt::format("the file of {} is gone", label_of(entry)))
        .with_hint("bring it back, or undo by hand what the migration did and use --abandon");
}

}  // namespace

std::unique_ptr<Operation> make_repair(const OptionValues& options) {
    std::vector<RepairVerdict> given;
    for (const VerdictFlag& flag : verdict_flags)
        if (options.flag(flag.name)) given.push_back(flag.verdict);
    if (given.size() != 1)
        throw Error(ErrorKind::usage,
                    "say what is true with exactly one of --done, --retry, "
                    "--abandon and --accept")
            .with_hint("keel migrate status tells what is to be repaired");
    return std::make_unique<MigrateRepair>(options.text("version"), given.front());
}

Plan MigrateRepair::plan(OperationContext& context) {
    if (files_.empty()) {
        files_ = read_migrations(context);
        hooks_ = project_hooks(context);
        add_hooks(files_, hooks_, context.project().root());
    }
    standing_ = compare(files_, read_history(context));
    entry_ = &find_entry();
    if (verdict_ == RepairVerdict::accept) return plan_accept();
    if (!entry_->is_unfinished())
        throw Error(ErrorKind::not_found, fmt::format("{} is not unfinished", label_of(*entry_)))
            .with_hint("keel migrate status tells what is to be repaired");
    if (verdict_ == RepairVerdict::abandon) return plan_abandon();
    return plan_going_on(context);
}

const AppliedEntry& MigrateRepair::find_entry() const {
    const AppliedEntry* entry = standing_.find(version_of_argument(standing_, version_));
    if (entry != nullptr) return *entry;
    std::vector<std::string> known;
    for (const AppliedEntry& applied : standing_.applied) known.push_back(applied.row.version);
    throw Error(ErrorKind::not_found, fmt::format("no applied migration has the version '{}'{}",
                                                  version_, did_you_mean(version_, known)))
        .with_hint("list them with: keel migrate status");
}

Plan MigrateRepair::plan_accept() {
    if (entry_->is_missing()) throw file_gone(*entry_);
    if (!entry_->is_changed()) return {};
    return {.steps = {{.step = "accept the edited file of " + label_of(*entry_),
                       .detail = "checksum " + entry_->file->checksum.substr(0, 12),
                       .destructive = false}}};
}

Plan MigrateRepair::plan_abandon() const {
    return {.steps = {{.step = fmt::format("record {} as {}", label_of(*entry_),
                                           is_going_up() ? "not applied" : "applied"),
                       .detail = "runs nothing",
                       .destructive = false}}};
}

Plan MigrateRepair::plan_going_on(OperationContext& context) {
    if (is_going_up() && entry_->is_missing()) throw file_gone(*entry_);
    if (is_going_up()) {
        up_ = compile_script(*entry_->file, Direction::up, context.engine());
    } else {
        down_.emplace(context, *entry_, hooks_);
    }
    const Script& script = is_going_up() ? *up_ : down_->script();
    if (script.transaction)
        throw Error(ErrorKind::invalid_input,
                    fmt::format("{} was begun without a transaction, and its file now says that it "
                                "runs in one",
                                label_of(*entry_)))
            .with_hint(
                "put transaction:false back, or undo by hand what was done and use --abandon")
            .at({.file = script.migration->file.native()});
    const int first = entry_->row.statements + (verdict_ == RepairVerdict::done ? 2 : 1);
    return {.steps = {
                {.step = fmt::format("go on with {}", script.label()),
                 .detail = fmt::format("from statement {} of {}", first, script.statements.size()),
                 .destructive = !is_going_up()}}};
}

void MigrateRepair::apply(OperationContext& context, Report& report) {
    switch (verdict_) {
        case RepairVerdict::done:
        case RepairVerdict::retry:
            return go_on(context, report);
        case RepairVerdict::abandon:
            return abandon(context, report);
        case RepairVerdict::accept:
            return accept(context, report);
    }
}

void MigrateRepair::go_on(OperationContext& context, Report& report) {
    const MigrationRun run = make_run(context);
    const Script& script = is_going_up() ? *up_ : down_->script();
    AppliedMigration row = entry_->row;
    const int total = static_cast<int>(script.statements.size());
    // What the journal knows of that statement is overruled.
    StepJournal(run.engine).forget_step(run.connection(), row.sequence, row.statements + 1);
    if (verdict_ == RepairVerdict::done && row.statements < total) ++row.statements;
    if (is_going_up() && entry_->is_changed()) {
        // What goes on is the file as it is now, so that is what the history must tell of.
        row.checksum = entry_->file->checksum;
        row.down_sql = down_text(*entry_->file);
        History(run.engine).update_text(run.connection(), row);
    }
    {
        OutcomeReport outcomes(context, report, is_going_up() ? "applied" : "reverted");
        MigrationSeries series(
            run, report,
            {.total = 1, .all_in_transactions = false, .last_sequence = standing_.last_sequence});
        series.begin();
        series.resume(script, row, outcomes);
    }
    report_end(context, report, standing_.newest);
    report.next_steps.emplace_back("keel migrate status");
}

void MigrateRepair::abandon(OperationContext& context, Report& report) const {
    Connection& connection = context.connection();
    const History history(context.engine());
    AppliedMigration row = entry_->row;
    if (is_going_up()) {
        row.state = MigrationState::reverted;
        history.update_progress(connection, row);
    } else {
        // The row of the up, which stands before it, speaks for the version again.
        history.remove(connection, row.sequence);
    }
    StepJournal(context.engine()).forget(connection, row.sequence);
    report.result.set("version", row.version).set("state", is_going_up() ? "pending" : "applied");
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("{} is recorded as {}", label_of(*entry_),
                                         is_going_up() ? "not applied" : "applied")});
    report.next_steps.emplace_back("keel migrate status");
}

void MigrateRepair::accept(OperationContext& context, Report& report) const {
    AppliedMigration row = entry_->row;
    row.checksum = entry_->file->checksum;
    row.down_sql = down_text(*entry_->file);
    History(context.engine()).update_text(context.connection(), row);
    report.result.set("version", row.version).set("checksum", row.checksum);
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("{} is recorded as it is in '{}'", label_of(*entry_),
                                         entry_->file->file.native())});
    report.next_steps.emplace_back("keel migrate status");
}

void MigrateRepair::nothing_to_do(OperationContext&, Report& report) {
    report.result.set("version", entry_->row.version).set("checksum", entry_->row.checksum);
    report.body.emplace_back(MarkedLine{
        Mark::ok,
        fmt::format("nothing to do: the file of {} is as it was applied", label_of(*entry_))});
}

}  // namespace keel
