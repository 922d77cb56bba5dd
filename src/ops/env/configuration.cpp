#include "ops/env/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace keel {
namespace {

Json finding_json(const Diagnostic& finding) {
    return Json::object()
        .set("rule", finding.rule)
        .set("severity", to_string(finding.severity))
        .set("file", finding.where.file)
        .set("line", finding.where.line)
        .set("column", finding.where.column)
        .set("message", finding.message)
        .set("hint", finding.hint);
}

}  // namespace

void show_configuration(OperationContext& context, const OptionValues& options, Report& report) {
    const auto& project = context.project();
    static_cast<void>(context.choice());  // so that --database shows where it takes effect
    const bool with_origin = options.flag("origin");
    Json values = Json::array();
    TextTable table{.header = {"key", "value"}, .rows = {}, .right_aligned = {}};
    if (with_origin) table.header.emplace_back("origin");
    for (auto& value : project.effective_values()) {
        values.push_back(Json::object()
                             .set("key", value.key)
                             .set("value", value.value)
                             .set("origin", value.origin));
        table.rows.push_back({value.key, value.value});
        if (with_origin) table.rows.back().push_back(value.origin);
    }
    for (const auto& warning : project.warnings()) report.warnings.push_back(warning);
    report.result.set("root", project.root().string())
        .set("file", project.file().empty() ? Json() : Json(project.file().string()))
        .set("values", std::move(values));
    report.body.emplace_back(std::move(table));
}

void check_configuration(OperationContext& context, const OptionValues&, Report& report) {
    report.diagnostics = Project::check(context.invocation().overrides, context.variables());
    Json findings = Json::array();
    for (const auto& finding : report.diagnostics) findings.push_back(finding_json(finding));
    const auto mistakes =
        std::count_if(report.diagnostics.begin(), report.diagnostics.end(),
                      [](const auto& finding) { return finding.severity == Severity::error; });
    report.result.set("ok", mistakes == 0).set("findings", std::move(findings));
    if (mistakes > 0)
        throw Error(ErrorKind::config, fmt::format("the configuration has {} mistake{}", mistakes,
                                                   mistakes == 1 ? "" : "s"))
            .with_hint("docs/reference/configuration.md lists every key");
    report.body.emplace_back(MarkedLine{Mark::ok, "the configuration has no mistakes"});
}

void print_configuration_schema(OperationContext&, const OptionValues&, Report& report) {
    report.result = configuration_schema();
    report.body.emplace_back(Verbatim{report.result.dump(2)});
}

}  // namespace keel
