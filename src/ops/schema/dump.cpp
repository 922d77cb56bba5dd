#include "ops/schema/dump.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "db/inspector.hpp"
#include "ops/kit/marker.hpp"
#include "ops/kit/schema_file.hpp"
#include "ops/kit/schema_sources.hpp"

namespace keel {
namespace {

std::string section_text(const std::vector<std::string>& statements) {
    std::vector<SchemaStep> steps;
    for (const auto& sql : statements) steps.push_back({.sql = sql});
    return script_of(steps);
}

std::string wanted_text(const Engine& engine, const SchemaModel& model,
                        const std::string& section) {
    if (section.empty()) return schema_file(engine, model);
    const auto sections = engine.schema_tools().write(model);
    if (section == "pre-data") return section_text(sections.pre_data);
    if (section == "post-data") return section_text(sections.post_data);
    throw Error(ErrorKind::usage, fmt::format("there is no section '{}'", section))
        .with_hint("sections: pre-data (what rows need), post-data (indexes, keys, triggers)");
}

std::filesystem::path output_path(OperationContext& context, const OptionValues& options) {
    if (options.has("output")) return std::filesystem::absolute(options.text("output"));
    if (options.flag("write")) return declared_file(context).path;
    return {};
}

}  // namespace

void dump_schema(OperationContext& context, const OptionValues& options, Report& report) {
    if (options.flag("write") && options.has("output"))
        throw Error(ErrorKind::usage, "give either --write or --output, not both");
    if (options.flag("write") && options.has("section"))
        throw Error(ErrorKind::usage, "the declared schema is the whole schema, not a section");
    const auto path = output_path(context, options);
    const auto model = context.engine().schema_tools().read(context.connection());
    const auto text = wanted_text(context.engine(), model, options.text("section"));
    for (const auto& thing : model.not_carried)
        report.warnings.push_back(fmt::format("{} cannot be written here", thing));
    report.result.set("objects", static_cast<std::int64_t>(model.objects.size()));
    report.result.set("fingerprint",
                      context.engine().inspector().fingerprint(context.connection()));
    report.result.set("not_carried", Json::from(model.not_carried));
    if (path.empty()) {
        report.result.set("file", nullptr).set("sql", text);
        report.body.emplace_back(Verbatim{text});
        return;
    }
    const bool is_dry = context.invocation().dry_run;
    if (!is_dry) write_file_atomically(path, text, 0644);
    const auto shown = path.lexically_proximate(context.project().root()).native();
    report.result.set("file", shown).set("sql", nullptr);
    report.body.emplace_back(
        MarkedLine{is_dry ? Mark::skipped : Mark::ok,
                   fmt::format("{} {} ({})", is_dry ? "would write" : "wrote", shown,
                               count_of(model.objects.size(), "object"))});
}

void show_fingerprint(OperationContext& context, const OptionValues&, Report& report) {
    auto& connection = context.connection();
    const auto fingerprint = context.engine().inspector().fingerprint(connection);
    const auto recorded = read_meta(connection, context.engine(), "schema_fingerprint");
    const bool is_recorded = recorded && !recorded->empty();
    report.result.set("fingerprint", fingerprint);
    report.result.set("recorded", is_recorded ? Json(*recorded) : Json());
    report.result.set("drift", is_recorded && *recorded != fingerprint);
    report.body.emplace_back(Verbatim{fingerprint + "\n"});
}

}  // namespace keel
