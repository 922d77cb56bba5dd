#include "ops/schema/diff.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "ops/kit/marker.hpp"
#include "ops/kit/schema_differences.hpp"
#include "ops/kit/schema_file.hpp"
#include "ops/kit/schema_workbench.hpp"

namespace keel {
namespace {

struct Comparison {
    SchemaModel from;
    SchemaModel to;
    std::vector<SchemaRename> renames;
};

void show_phases(const ProvenPlan& plan, Report& report) {
    for (std::size_t at = 0; at < plan.phases.size(); ++at) {
        const auto& phase = plan.phases[at];
        const bool is_only = plan.phases.size() == 1 && phase.transaction;
        std::string text;
        if (!is_only)
            text = fmt::format("-- {} of {}: {}\n\n", at + 1, plan.phases.size(),
                               phase.transaction ? "in one transaction" : "each by itself");
        report.body.emplace_back(Verbatim{text + script_of(phase.up)});
    }
}

void warn_of_hazards(const ProvenPlan& plan, Report& report) {
    for (const auto& phase : plan.phases)
        for (const auto& step : phase.up)
            if (!step.hazard.empty())
                report.warnings.push_back(
                    fmt::format("{}: {}", replace_all(step.object, ":", " "), step.hazard));
}

void report_plan_of(const ProvenPlan& plan, const Comparison& compared, Report& report) {
    report.result.set("equal", plan.is_equal()).set("proven", true);
    report.result.set("destructive", plan.is_destructive());
    report.result.set("renames", renames_json(plan.renames));
    report.result.set("differences", differences_json(plan.differences));
    report.result.set("up", steps_json(plan.phases, false));
    report.result.set("down", steps_json(plan.phases, true));
    const auto suggestions = suggest_renames(compared.from, compared.to);
    const bool has_renames = !compared.renames.empty();
    report.result.set("suggestions",
                      Json::from(has_renames ? std::vector<std::string>() : suggestions));
    if (!has_renames)
        for (const auto& suggestion : suggestions) report.warnings.push_back(suggestion);
    warn_of_hazards(plan, report);
}

}  // namespace

void diff_schemas(OperationContext& context, const OptionValues& options, Report& report) {
    const auto from =
        options.has("from") ? find_source(context, options.text("from")) : own_source(context);
    const auto to =
        options.has("to") ? find_source(context, options.text("to")) : declared_source(context);
    const auto home = from.url ? from : to.url ? to : own_source(context);
    Workbench bench(context, home);
    Comparison compared;
    compared.to = bench.read(to);
    compared.from = bench.read(from);
    compared.renames = find_renames(compared.from, compared.to, options.list("rename"),
                                    bench.hints(), bench.engine().dialect());
    const auto plan =
        bench.prove(compared.from, compared.to,
                    {.online = !options.flag("one-transaction"), .renames = compared.renames});
    report.result.set("from", from.shown).set("to", to.shown);
    report_plan_of(plan, compared, report);
    for (const auto& warning : bench.warnings()) report.warnings.push_back(warning);
    report.has_findings = options.flag("exit-code") && !plan.is_equal();
    if (plan.is_equal()) {
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("{} and {} are the same", from.shown, to.shown)});
        return;
    }
    report.body.emplace_back(
        Verbatim{renames_text(plan.renames) + differences_text(plan.differences)});
    show_phases(plan, report);
}

void check_schema(OperationContext& context, const OptionValues& options, Report& report) {
    auto* connection = context.connection_if_exists();  // without one, everything is missing
    std::string fingerprint;
    std::string recorded;
    if (connection != nullptr) {
        fingerprint = context.engine().inspector().fingerprint(*connection);
        recorded = read_meta(*connection, context.engine(), "schema_fingerprint").value_or("");
    }
    const bool has_moved = !recorded.empty() && recorded != fingerprint;
    report.result.set("fingerprint", fingerprint);
    report.result.set("recorded", recorded.empty() ? Json() : Json(recorded));
    if (has_moved)
        report.body.emplace_back(
            MarkedLine{Mark::failure, "the schema is not what the last migration left"});

    const bool is_declared = has_declared_schema(context);
    std::vector<SchemaDifference> found;
    if (options.has("against") || is_declared) {
        const auto wanted = options.has("against") ? find_source(context, options.text("against"))
                                                   : declared_source(context);
        Workbench bench(context, own_source(context));
        const auto model = bench.read(wanted);
        found = differences(model, bench.read(own_source(context)));
        report.result.set("against", wanted.shown);
        for (const auto& warning : bench.warnings()) report.warnings.push_back(warning);
        report.body.emplace_back(MarkedLine{
            found.empty() ? Mark::ok : Mark::failure,
            found.empty() ? fmt::format("the database is as {} says", wanted.shown)
                          : fmt::format("the database is not as {} says", wanted.shown)});
        if (!found.empty()) report.body.emplace_back(Verbatim{differences_text(found)});
    } else {
        report.result.set("against", nullptr);
        if (recorded.empty())
            report.warnings.push_back(
                "nothing to compare with: no migration has been applied, and no schema is "
                "declared");
        else if (!has_moved)
            report.body.emplace_back(
                MarkedLine{Mark::ok, "the schema is what the last migration left"});
    }
    const bool drift = has_moved || !found.empty();
    report.result.set("drift", drift).set("differences", differences_json(found));
    report.has_findings = drift;
    if (!found.empty()) report.next_steps.emplace_back("keel schema diff");
}

}  // namespace keel
