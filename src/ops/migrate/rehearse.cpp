#include "ops/migrate/rehearse.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "ops/migrate/hooks.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/rehearsal.hpp"
#include "ops/migrate/rehearsal_estimate.hpp"
#include "ops/migrate/rehearsal_record.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/sources.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {
namespace {

/// Statements faster than this are not shown to people, unless they rewrite or scan something.
constexpr std::chrono::milliseconds shown_from{50};

std::chrono::milliseconds in_ms(std::chrono::microseconds time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

Json ms_or_null(const std::optional<std::chrono::microseconds>& time) {
    return time ? Json(in_ms(*time).count()) : Json();
}

Json counts_json(const std::map<std::string, std::int64_t>& counts) {
    Json list = Json::array();
    for (const auto& [table, rows] : counts)
        list.push_back(Json::object().set("table", table).set("rows", rows));
    return list;
}

Json locks_json(const RehearsedMigration& step) {
    Json list = Json::array();
    for (const HeldLock& held : step.locks)
        list.push_back(Json::object()
                           .set("relation", held.lock.relation)
                           .set("mode", held.lock.mode)
                           .set("held_ms", in_ms(held.held).count()));
    return list;
}

Json statements_json(const RehearsedMigration& step) {
    Json list = Json::array();
    for (const ObservedStatement& statement : step.statements)
        list.push_back(Json::object()
                           .set("statement", statement.number)
                           .set("line", statement.line)
                           .set("ms", in_ms(statement.duration).count())
                           .set("rewrites", Json::from(statement.rewritten))
                           .set("scans", counts_json(statement.rows_read))
                           .set("writes", counts_json(statement.rows_written)));
    return list;
}

/// Locks are held for as long as their migration.
Json estimate_json(const RehearsedMigration& step, const StepEstimate& estimate) {
    const double factor = step.up.count() <= 0 ? 1
                                               : static_cast<double>(estimate.up.count()) /
                                                     static_cast<double>(step.up.count());
    Json locks = Json::array();
    for (const HeldLock& held : step.locks) {
        const auto longer = static_cast<double>(held.held.count()) * factor;
        const std::chrono::microseconds there(static_cast<std::int64_t>(longer));
        locks.push_back(Json::object()
                            .set("relation", held.lock.relation)
                            .set("mode", held.lock.mode)
                            .set("held_ms", in_ms(there).count()));
    }
    return Json::object()
        .set("up_ms", in_ms(estimate.up).count())
        .set("locks", locks)
        .set("unknown", Json::from(estimate.unknown));
}

Json step_json(const RehearsedMigration& step) {
    Json json = Json::object();
    json.set("version", step.version).set("name", step.name);
    json.set("up_ms", in_ms(step.up).count()).set("down_ms", ms_or_null(step.down));
    json.set("up_again_ms", ms_or_null(step.up_again)).set("locks", locks_json(step));
    json.set("rows_before", step.rows_before).set("rows_after", step.rows_after);
    json.set("statements", statements_json(step));
    json.set("schema_restored", step.schema_restored).set("data_restored", step.data_restored);
    json.set("not_restored", Json::from(step.not_restored));
    json.set("problem", step.failure ? Json(step.failure->message()) : Json());
    return json;
}

bool is_good(const RehearsedMigration& step) {
    return step.schema_restored && step.data_restored && !step.failure;
}

std::string what_down_does(const RehearsedMigration& step) {
    if (step.failure && !step.up_again && step.down)
        return "cannot be applied again: " + step.failure->message();
    if (step.failure && !step.down) return "its down fails: " + step.failure->message();
    if (step.failure) return step.failure->message();
    if (!step.down) return "has no down";
    if (!step.schema_restored) return "its down leaves another schema than before";
    if (!step.data_restored)
        return "its down leaves other rows than before in " + join(step.not_restored, ", ");
    return fmt::format("down {} restores everything, up again {}",
                       format_duration(in_ms(*step.down)), format_duration(in_ms(*step.up_again)));
}

void show_statement(const ObservedStatement& statement, Report& report) {
    const bool is_slow = statement.duration >= shown_from;
    if (!is_slow && statement.rewritten.empty() && statement.rows_read.empty()) return;
    std::string text =
        fmt::format("    line {}: {}", statement.line, format_duration(in_ms(statement.duration)));
    if (!statement.rewritten.empty()) text += ", rewrites " + join(statement.rewritten, ", ");
    for (const auto& [table, rows] : statement.rows_read)
        text += fmt::format(", reads all {} rows of {}", rows, table);
    report.body.emplace_back(Paragraph{std::move(text)});
}

void show(const RehearsedMigration& step, Report& report) {
    const Mark mark = !is_good(step) ? Mark::failure : step.down ? Mark::ok : Mark::warning;
    report.body.emplace_back(
        MarkedLine{mark, fmt::format("{}  up {}; {}", migration_label(step.version, step.name),
                                     format_duration(in_ms(step.up)), what_down_does(step))});
    for (const ObservedStatement& statement : step.statements) show_statement(statement, report);
    for (const HeldLock& held : step.locks)
        report.body.emplace_back(
            Paragraph{fmt::format("    locks {} ({}) for {}", held.lock.relation, held.lock.mode,
                                  format_duration(in_ms(held.held)))});
}

void show_estimate(const std::string& environment, const StepEstimate& estimate, Report& report) {
    auto text =
        fmt::format("    estimated on {}: up {}", environment, format_duration(in_ms(estimate.up)));
    if (!estimate.unknown.empty())
        text += fmt::format(", not counting {}: the copy holds no rows to measure by",
                            join(estimate.unknown, ", "));
    report.body.emplace_back(Paragraph{std::move(text)});
}

UpTarget target_of(const OptionValues& options) {
    UpTarget target{.to = options.text("to"), .steps = std::nullopt};
    if (options.has("steps")) target.steps = options.integer("steps", 0);
    return target;
}

class RehearsalReport {
  public:
    RehearsalReport(OperationContext& context, Report& report, const std::string& estimated_for)
        : context_(context), report_(report) {
        if (!estimated_for.empty()) sizes_.emplace(context, estimated_for);
    }

    void add(const RehearsedMigration& step) {
        auto json = step_json(step);
        show(step, report_);
        if (sizes_) {
            const auto estimate = sizes_->of(step);
            json.set("estimate", estimate_json(step, estimate));
            show_estimate(sizes_->environment(), estimate, report_);
            estimated_ += estimate.up;
            if (steps_.as_array().empty()) tables_ = sizes_->tables_json(step);
        }
        steps_.push_back(std::move(json));
        restored_ = restored_ && step.schema_restored;
        good_ = good_ && is_good(step);
        if (is_good(step))
            rehearsed_.push_back({step.checksum, step.schema_before, step.schema_after});
    }

    void finish() {
        report_.result.set("steps", steps_).set("schema_restored", restored_).set("ok", good_);
        if (sizes_)
            report_.result.set("estimate", Json::object()
                                               .set("environment", sizes_->environment())
                                               .set("up_ms", in_ms(estimated_).count())
                                               .set("tables", tables_));
        report_.has_findings = !good_;
        if (!rehearsed_.empty()) remember_rehearsed(context_, rehearsed_);
        if (good_) report_.next_steps.emplace_back("keel migrate up");
    }

  private:
    OperationContext& context_;
    Report& report_;
    std::optional<SizeEstimate> sizes_;
    std::chrono::microseconds estimated_{0};
    Json tables_ = Json::array();
    Json steps_ = Json::array();
    std::vector<RehearsedFile> rehearsed_;
    bool restored_ = true;
    bool good_ = true;
};

}  // namespace

void migrate_rehearse(OperationContext& context, const OptionValues& options, Report& report) {
    auto files = read_migrations(context);
    const MigrationHooks hooks = project_hooks(context);
    add_hooks(files, hooks, context.project().root());
    for (Migration& file : files)
        file = with_down_hooks(std::move(file), hooks, context.project().root());
    const Standing standing = compare(files, read_history(context));
    if (const AppliedEntry* entry = standing.unfinished()) refuse_unfinished(*entry);
    const auto selected = select_pending(standing, target_of(options));
    RehearsalReport outcome(context, report, options.text("estimate-for"));
    if (selected.empty()) {
        report.body.emplace_back(
            MarkedLine{Mark::ok, "nothing to rehearse: no migration is pending"});
        return outcome.finish();
    }
    RehearsalClone clone(context);
    report.result.set("copy",
                      Json::object().set("method", clone.method()).set("bytes", clone.bytes()));
    {
        Rehearsal rehearsal(context, clone, standing.last_sequence);
        for (std::size_t i = 0; i < selected.size() && !rehearsal.is_stuck(); ++i) {
            context.context().check_cancelled("the rehearsal");
            context.context().progress.on({.phase = "rehearse",
                                           .item = selected[i]->name,
                                           .done = i,
                                           .total = selected.size()});
            outcome.add(rehearsal.rehearse(*selected[i]));
        }
    }
    outcome.finish();
    clone.discard();
}

}  // namespace keel
