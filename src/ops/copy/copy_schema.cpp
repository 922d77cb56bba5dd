#include "ops/copy/copy_schema.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "db/schema_change.hpp"
#include "db/transaction.hpp"
#include "ops/copy/schema_losses.hpp"
#include "ops/copy/source.hpp"
#include "ops/kit/schema_differences.hpp"
#include "ops/kit/schema_workbench.hpp"

namespace keel {
namespace {

constexpr std::string_view history = "migrations";

std::vector<Statement> statements_of(const PlanPhase& phase) {
    std::vector<Statement> statements;
    for (const auto& step : phase.up) {
        statements.emplace_back();
        statements.back().text = step.sql;
        statements.back().number = static_cast<int>(statements.size());
    }
    return statements;
}

class CopySchema final : public Operation {
  public:
    explicit CopySchema(const CopyRequest& request) : request_(request) {}

    Plan plan(OperationContext& context) override {
        if (!source_) source_.emplace(context, request_.source);
        refuse_other_engine(context);
        const auto connection = source_->connect();
        refuse_same_database(context, *source_, source_->engine().admin().identity(*connection));
        prove(context);
        return make_plan(context);
    }

    void nothing_to_do(OperationContext& context, Report& report) override {
        report.result.set("source", source_->environment().name)
            .set("method", "schema")
            .set("differences", Json::array());
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("the schema of '{}' is that of '{}' already",
                                             context.choice().name, source_->environment().name)});
    }

    void apply(OperationContext& context, Report& report) override {
        const Stopwatch stopwatch;
        auto& target = context.connection();
        const auto& phase = proven_.phases.front();
        const auto statements = statements_of(phase);
        const auto guard = context.engine().guard_schema_change(
            target, {.statements = statements, .lock_timeout = std::nullopt});
        Transaction transaction(target);
        if (guard) guard->after_begin();
        run(phase, statements, target);
        expect_wanted(context, target);
        take_over_history(context, target, report);
        if (guard) guard->before_commit();
        transaction.commit();
        note_fingerprint(context, target);
        report_changed(context, stopwatch.elapsed(), report);
    }

  private:
    void refuse_other_engine(OperationContext& context) const {
        const auto from = source_->environment().url.engine();
        const auto to = context.environment().url.engine();
        if (from == to) return;
        throw Error(ErrorKind::unsupported,
                    fmt::format("'{}' is {}, and '{}' is {}", source_->environment().name,
                                to_string(from), context.choice().name, to_string(to)))
            .with_hint("between engines, --create-tables makes the tables that are not there");
    }

    void prove(OperationContext& context) {
        auto* target = context.connection_if_exists();
        if (target == nullptr)
            throw Error(ErrorKind::not_found,
                        fmt::format("'{}' has no database yet", context.choice().name))
                .with_hint(fmt::format("make it with: keel db init -e {}", context.choice().name));
        const auto home = own_source(context);
        SchemaSource theirs;
        theirs.kind = SchemaSource::Kind::database;
        theirs.url = source_->environment().url;
        theirs.shown = source_->environment().name;
        Workbench bench(context, home);
        wanted_ = bench.read(theirs);
        const auto now = bench.read(home);
        proven_ = bench.prove(now, wanted_, {});
        warnings_ = bench.warnings();
        if (proven_.is_equal()) return;
        if (proven_.phases.size() > 1 || !proven_.phases.front().transaction)
            throw Error(ErrorKind::unsupported,
                        "the way to the new schema does not fit into one transaction")
                .with_hint(fmt::format("look at it with: keel schema diff {} {}",
                                       context.choice().name, source_->environment().name));
        const auto losses = find_losses(*target, now, proven_);
        if (losses.empty()) return;
        throw Error(
            ErrorKind::refused,
            fmt::format("the schema of '{}' has no place for what '{}' holds: {}",
                        source_->environment().name, context.choice().name, join(losses, "; ")))
            .with_hint("move or remove those values first, or copy the rows too: keel copy");
    }

    Plan make_plan(OperationContext& context) const {
        Plan plan;
        if (proven_.is_equal()) return plan;
        plan.steps.push_back(
            {.step = fmt::format("copy the schema of '{}'", source_->environment().name),
             .detail = fmt::format("into '{}' ({}); its rows stay", context.choice().name,
                                   context.environment().url.redacted())});
        for (const auto& step : proven_.phases.front().up)
            plan.steps.push_back({.step = replace_all(step.object, ":", " "),
                                  .detail = step.sql,
                                  .destructive = step.destructive});
        return plan;
    }

    static void run(const PlanPhase& phase, const std::vector<Statement>& statements,
                    Connection& target) {
        try {
            target.run_script(statements);
        } catch (Error& error) {
            const auto number = static_cast<std::size_t>(std::max(error.where().statement, 0));
            if (number > 0 && number <= phase.up.size()) {
                const auto& step = phase.up[number - 1];
                error.add_trail(replace_all(step.object, ":", " "));
                if (error.hint().empty() && !step.hazard.empty())
                    error.set_hint(fmt::format("this step {}; nothing was changed", step.hazard));
            }
            throw;
        }
    }

    void expect_wanted(OperationContext& context, Connection& target) const {
        const auto rest = differences(context.engine().schema_tools().read(target), wanted_);
        if (rest.empty()) return;
        throw Error(ErrorKind::integrity,
                    "the schema that came out is not that of the source: " + summarize(rest))
            .with_hint("nothing was changed");
    }

    /// What has been applied to the source has now been applied to the target.
    void take_over_history(OperationContext& context, Connection& target, Report& report) const {
        const auto connection = source_->connect();
        const auto& engine = context.engine();
        if (!engine.inspector().has_internal_table(*connection, history)) return;
        if (!engine.inspector().has_internal_table(target, history)) {
            report.warnings.push_back(
                "the target keeps no history of migrations: write down what the schema holds with "
                "keel migrate baseline");
            return;
        }
        const auto place = engine.dialect().internal_table(history);
        target.execute("delete from " + place);
        CopySpec spec;
        spec.schema = engine.kind() == EngineKind::postgres ? "keel" : "";
        spec.table = engine.kind() == EngineKind::postgres ? "migrations" : "keel_migrations";
        const auto source = connection->copy_out(spec);
        const auto sink = target.copy_in(spec);
        for (auto row = source->next(); !row.empty(); row = source->next()) sink->put(row);
        sink->finish();
    }

    static void note_fingerprint(OperationContext& context, Connection& target) {
        if (!read_meta(target, context.engine(), "schema_fingerprint")) return;
        write_meta(target, context.engine(), "schema_fingerprint",
                   context.engine().inspector().fingerprint(target));
    }

    void report_changed(OperationContext& context, std::chrono::milliseconds duration,
                        Report& report) const {
        const auto& safety = context.safety_backup();
        report.result.set("source", source_->environment().name)
            .set("method", "schema")
            .set("renames", renames_json(proven_.renames))
            .set("differences", differences_json(proven_.differences))
            .set("up", steps_json(proven_.phases, false))
            .set("safety_backup", safety ? Json(*safety) : Json())
            .set("duration_ms", duration.count());
        for (const auto& warning : warnings_) report.warnings.push_back(warning);
        report.body.emplace_back(MarkedLine{
            Mark::ok,
            fmt::format("the schema of '{}' is that of '{}' now; its rows are where they were ({})",
                        context.choice().name, source_->environment().name,
                        format_duration(duration))});
        report.body.emplace_back(
            Verbatim{renames_text(proven_.renames) + differences_text(proven_.differences)});
        if (!safety) return;
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("backup {} holds what was there before", *safety)});
        report.next_steps.emplace_back("keel undo");
    }

    CopyRequest request_;
    std::optional<CopySource> source_;
    SchemaModel wanted_;
    ProvenPlan proven_;
    std::vector<std::string> warnings_;
};

}  // namespace

std::unique_ptr<Operation> make_copy_schema(const CopyRequest& request) {
    return std::make_unique<CopySchema>(request);
}

}  // namespace keel
