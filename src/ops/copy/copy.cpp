#include "ops/copy/copy.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/copier.hpp"
#include "db/unpublished.hpp"
#include "ops/copy/compare.hpp"
#include "ops/copy/copy_filter.hpp"
#include "ops/copy/settle.hpp"
#include "ops/copy/source.hpp"
#include "ops/kit/current_state.hpp"
#include "ops/kit/table_patterns.hpp"
#include "ops/kit/table_report.hpp"

namespace keel {
namespace {

constexpr std::int64_t most_jobs = 64;

std::size_t jobs_of(const OptionValues& options) {
    const auto jobs = options.integer("jobs", 0);
    if (jobs >= 0 && jobs <= most_jobs && !(options.has("jobs") && jobs == 0))
        return static_cast<std::size_t>(jobs);
    throw Error(ErrorKind::usage, fmt::format("--jobs must be between 1 and {}", most_jobs));
}

class Copy final : public Operation {
  public:
    explicit Copy(const OptionValues& options)
        : source_name_(options.text("source")),
          excluded_(options.list("exclude")),
          jobs_(jobs_of(options)),
          may_use_template_(!options.flag("no-template")),
          reads_back_(options.flag("read-back")),
          verify_only_(options.flag("verify-only")),
          filter_(options) {
        filter_.bring_large_objects();
    }

    Plan plan(OperationContext& context) override {
        if (!source_) source_.emplace(context, source_name_);
        if (filter_.only_reports()) prepare_filter(context);
        if (verify_only_ || filter_.only_reports())
            return {};  // which changes nothing: see nothing_to_do
        // Both databases go on changing while somebody reads the plan; what was agreed to, that the
        // one takes the other's place, stays.
        if (!plan_) plan_ = make_plan(context);
        return *plan_;
    }

    void nothing_to_do(OperationContext& context, Report& report) override {
        if (filter_.only_reports()) return filter_.report_rules(report);
        compare_databases(context, *source_, report);
    }

    void apply(OperationContext& context, Report& report) override {
        const Stopwatch stopwatch;
        const Engine& engine = context.engine();
        auto copied = engine.copier().stage(copy_options(context), context.context());
        Unpublished staged(engine.admin(), copied.staged);
        context.context().check_cancelled("copying");
        context.disconnect();
        context.forget_marker();
        engine.admin().publish(staged.release(), context.context());
        report_copied(context, copied, stopwatch.elapsed(), report);
    }

    void verify(OperationContext& context, Report&) override {
        settle_marker(context, source_->environment().name);
    }

  private:
    Plan make_plan(OperationContext& context) {
        const auto state = read_source_state(context, *source_);
        is_source_protected_ = state.is_protected;
        now_ = read_current_state(context);
        refuse_same_database(context, *source_, state.identity);
        const auto tables = user_tables(source_->engine().dialect(), state.tables);
        excluded_.require_matches(tables);
        prepare_filter(context);
        Plan plan;
        plan.steps.push_back(
            {.step = fmt::format("copy '{}'", source_->environment().name),
             .detail = fmt::format("{} into '{}' ({})", source_->environment().url.redacted(),
                                   context.choice().name, context.environment().url.redacted())});
        for (const auto& table : tables) {
            if (excluded_.matches(table.schema, table.name))
                plan.steps.push_back({.step = "leave out rows", .detail = table_name(table)});
        }
        filter_.add_steps(plan);
        plan.steps.push_back({.step = "replace the whole database",
                              .detail = fmt::format("{} tables", tables.size()),
                              .destructive = true,
                              .figures = compare(now_, remaining(tables), "the source")});
        return plan;
    }

    void prepare_filter(OperationContext& context) {
        const auto connection = source_->connect();
        const bool is_protected =
            check_marker(*connection, source_->engine(), source_->environment()).is_protected;
        filter_.prepare(context, *source_, *connection, is_protected, [&](const Table& table) {
            return !excluded_.matches(table.schema, table.name);
        });
    }

    std::vector<TableContent> remaining(std::vector<TableContent> tables) const {
        for (auto& table : tables)
            if (excluded_.matches(table.schema, table.name)) table.rows = 0;
        return tables;
    }

    CopyOptions copy_options(OperationContext& context) {
        CopyOptions options{
            .source = source_->options(),
            .to = {.target = context.environment().url, .run_id = context.run_id()},
            .workers = jobs_,
            // The server would keep everybody from connecting to the source meanwhile.
            .may_use_template = may_use_template_ && !is_source_protected_,
            .reads_back = reads_back_};
        options.transforms = filter_.transforms();
        options.empties_large_objects = filter_.empties_large_objects();
        options.on_snapshot = filter_.on_snapshot(context.context());
        if (!excluded_.empty() || filter_.empties_any())
            options.leaves_out = [this](std::string_view schema, std::string_view table) {
                return excluded_.matches(schema, table) || filter_.empties(table);
            };
        // Before it has its real name: a copy of production is never taken for production.
        options.settle = [this, &context](Connection& connection) {
            stamp_marker(connection, context.engine(), context.environment(),
                         context.project().name(), true, context.context().clock.now(),
                         now_.location);
        };
        return options;
    }

    void report_copied(OperationContext& context, const CopiedDatabase& copied,
                       std::chrono::milliseconds duration, Report& report) const {
        const auto& safety = context.safety_backup();
        const auto tables = user_tables(context.engine().dialect(), copied.tables);
        report.result.set("source", source_->environment().name)
            .set("method", copied.method)
            .set("proof", copied.proof)
            .set("tables", tables_json(tables))
            .set("rows_exact", copied.has_exact_rows)
            .set("bytes", copied.bytes)
            .set("safety_backup", safety ? Json(*safety) : Json())
            .set("duration_ms", duration.count());
        report.body.emplace_back(MarkedLine{
            Mark::ok,
            fmt::format("copied '{}' into '{}': {}{}, {} in {}", source_->environment().name,
                        context.choice().name, copied.has_exact_rows ? "" : "about ",
                        size_text(tables), format_bytes(copied.bytes), format_duration(duration))});
        filter_.report(report);
        if (!safety) return;
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("backup {} holds what was there before", *safety)});
        report.next_steps.emplace_back("keel undo");
    }

    std::string source_name_;
    TablePatterns excluded_;
    std::size_t jobs_;
    bool may_use_template_;
    bool reads_back_;
    bool verify_only_;
    CopyFilter filter_;
    std::optional<CopySource> source_;
    std::optional<Plan> plan_;
    CurrentState now_;
    bool is_source_protected_ = true;
};

}  // namespace

std::unique_ptr<Operation> make_full_copy(const OptionValues& options) {
    return std::make_unique<Copy>(options);
}

}  // namespace keel
