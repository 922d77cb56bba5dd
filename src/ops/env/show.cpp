#include "ops/env/show.hpp"

#include <fmt/format.h>

namespace keel {
namespace {

Json shadowed_json(const EnvironmentChoice& choice) {
    Json result = Json::array();
    for (const auto& one : choice.shadowed)
        result.push_back(Json::object().set("source", one.source).set("value", one.value));
    return result;
}

/// Address and its origin as the configuration has them, with nothing fetched.
std::optional<EffectiveValue> configured_address(const Project& project, std::string_view name) {
    const auto key = fmt::format("environments.{}.url", name);
    for (auto& value : project.effective_values())
        if (value.key == key) return value;
    return std::nullopt;
}

void explain(const Project& project, const EnvironmentChoice& choice, Report& report) {
    TextTable table{.header = {"source", "says", ""}, .rows = {}, .right_aligned = {}};
    table.rows.push_back({choice.source, choice.name, "wins"});
    for (const auto& one : choice.shadowed) table.rows.push_back({one.source, one.value, "hidden"});
    report.body.emplace_back(std::move(table));
    if (const auto address = configured_address(project, choice.name))
        report.body.emplace_back(
            KeyValues{{{"address", address->value}, {"written in", address->origin}}});
}

}  // namespace

void show_environment(OperationContext& context, const OptionValues& options, Report& report) {
    const auto& project = context.project();
    const auto& choice = context.choice();
    const auto kind = project.kind_of(choice.name);
    report.environment = choice.name;
    report.is_protected = project.is_protected(choice.name);
    for (const auto& warning : project.warnings()) report.warnings.push_back(warning);
    report.result.set("name", choice.name)
        .set("kind", to_string(kind))
        .set("source", choice.source)
        .set("shadowed", shadowed_json(choice))
        .set("protected", report.is_protected)
        .set("is_production", kind == EnvironmentKind::production)
        .set("is_testing", kind == EnvironmentKind::test)
        .set("is_development", kind == EnvironmentKind::development);
    report.body.emplace_back(KeyValues{
        {{"environment", choice.name},
         {"kind", fmt::format("{}{}", to_string(kind), report.is_protected ? ", protected" : "")},
         {"chosen by", choice.source}}});
    if (options.flag("explain")) explain(project, choice, report);
}

}  // namespace keel
