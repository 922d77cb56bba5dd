#include "ops/migrate/down_step.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "ops/migrate/executor.hpp"
#include "ops/migrate/history.hpp"
#include "ops/migrate/hooks.hpp"
#include "ops/migrate/native_parser.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/step_runner.hpp"

namespace keel {
namespace {

Error no_down(const AppliedMigration& row, const Migration* file) {
    const std::string label = migration_label(row.version, row.name);
    return Error(ErrorKind::invalid_input,
                 fmt::format("{} cannot be undone: it has no '-- migrate:down' section", label))
        .with_hint(
            "write a new migration that changes back what it did, or restore a backup: keel "
            "backup list")
        .at({.file = file == nullptr ? std::string() : file->file.native()});
}

}  // namespace

DownStep::DownStep(OperationContext& context, const AppliedEntry& entry,
                   const MigrationHooks& hooks)
    : entry_(&entry) {
    const Migration& source = choose_source(context);
    down_text_ = source.code ? std::string() : down_text(source);
    source_ = std::make_unique<Migration>(with_down_hooks(source, hooks, context.project().root()));
    script_ = compile_script(*source_, Direction::down, context.engine());
    const bool is_for_this_engine =
        std::any_of(source.down.begin(), source.down.end(), [&](const MigrationSection& section) {
            return !section.engine || *section.engine == context.engine().kind();
        });
    // A migration that did nothing here has nothing to undo here.
    if (goes_on()) return;
    if (!is_for_this_engine && entry.row.statements > 0) throw no_down(entry.row, entry.file);
}

void DownStep::check_going_on(OperationContext& context) const {
    if (!goes_on()) return;
    const auto steps =
        StepJournal(context.engine()).read(context.connection(), entry_->row.sequence);
    if (!can_go_on(context.engine(), script_, entry_->row, steps)) refuse_unfinished(*entry_);
}

const Migration& DownStep::choose_source(OperationContext& context) {
    if (entry_->row.state == MigrationState::skipped) return nothing_to_undo();
    if (entry_->file != nullptr && entry_->file->code) {
        if (entry_->file->has_down()) return *entry_->file;
        throw no_down(entry_->row, entry_->file);
    }
    const std::string recorded =
        History(context.engine()).down_sql(context.connection(), entry_->row.sequence);
    const Migration* file = entry_->file;
    const std::string of_file = file == nullptr ? std::string() : down_text(*file);
    const std::string label = migration_label(entry_->row.version, entry_->row.name);
    if (recorded.empty() && of_file.empty()) throw no_down(entry_->row, file);
    if (recorded == of_file) return *file;
    if (recorded.empty()) {
        warning_ = fmt::format(
            "{}: the down section of the file is used; the migration had none "
            "when it was applied",
            label);
        return *file;
    }
    warning_ =
        file == nullptr
            ? fmt::format("{}: its file is gone; its down section as it was applied is used", label)
            : fmt::format(
                  "{}: its down section was edited since; the one it was applied with "
                  "is used",
                  label);
    recorded_ = std::make_unique<Migration>(
        parse_recorded_down(recorded, fmt::format("recorded down of {}", label)));
    recorded_->version = entry_->row.version;
    recorded_->name = entry_->row.name;
    return *recorded_;
}

const Migration& DownStep::nothing_to_undo() {
    recorded_ = std::make_unique<Migration>();
    recorded_->version = entry_->row.version;
    recorded_->name = entry_->row.name;
    warning_ = fmt::format("{} was skipped: nothing of it is there to undo",
                           migration_label(entry_->row.version, entry_->row.name));
    return *recorded_;
}

PlanStep DownStep::plan_step() const {
    if (goes_on())
        return {.step = "go on undoing " + script_.label(),
                .detail = fmt::format("from statement {} of {}", entry_->row.statements + 1,
                                      script_.statements.size()),
                .destructive = true};
    return {.step = "undo " + script_.label(),
            .detail = fmt::format("{}, checksum {}", script_.extent(),
                                  digest_hex(down_text_).substr(0, 12)),
            .destructive = true};
}

AppliedMigration DownStep::history_row(std::int64_t sequence) const {
    if (goes_on()) return entry_->row;
    AppliedMigration row = row_of_down(entry_->row, sequence);
    // Whoever goes on after an interruption needs the very statements that were begun.
    if (!script_.transaction) row.down_sql = down_text_;
    return row;
}

void undo(MigrationSeries& series, const DownStep& step, OutcomeReport& outcomes) {
    AppliedMigration row = step.history_row(series.next_sequence());
    if (step.goes_on()) return series.resume(step.script(), std::move(row), outcomes);
    series.execute(step.script(), std::move(row), outcomes);
}

}  // namespace keel
