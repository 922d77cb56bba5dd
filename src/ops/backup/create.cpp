#include "ops/backup/create.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/table_archive.hpp"
#include "ops/backup/around.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/table_choice.hpp"
#include "ops/backup/take.hpp"

namespace keel {

namespace {

std::string what_of(OperationContext& context, const std::vector<TableName>& tables) {
    if (tables.empty()) return fmt::format("'{}'", context.choice().name);
    std::vector<std::string> names;
    for (const TableName& table : tables) names.push_back(table_name(table));
    return fmt::format("{} of '{}'", join(names, ", "), context.choice().name);
}

std::vector<TableName> asked_for(OperationContext& context, const OptionValues& options) {
    if (!names_tables(options)) return {};
    const Engine& engine = context.engine();
    return choose_tables(options, engine.kind(), engine.table_archive().list(context.connection()),
                         engine.dialect());
}

void report_plan(OperationContext& context, const std::vector<TableName>& tables, Report& report) {
    const Plan plan{{{.step = "back up " + what_of(context, tables),
                      .detail = fmt::format("{} into {}", context.environment().url.redacted(),
                                            context.project().backup().repository)}}};
    Json steps = Json::array();
    for (const PlanStep& step : plan.steps) {
        steps.push_back(Json::object()
                            .set("step", step.step)
                            .set("detail", step.detail)
                            .set("destructive", step.destructive));
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("{}: {}", step.step, step.detail)});
    }
    report.result.set("plan", std::move(steps)).set("plan_id", plan.id());
}

Json metrics_of(const CommittedBackup& made, std::chrono::milliseconds duration) {
    const Manifest& manifest = made.manifest;
    const auto milliseconds =
        static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 1));
    const auto is_new = [&](const PackUse& pack) { return pack.run == manifest.id; };
    const auto packs = static_cast<std::uint64_t>(std::ranges::count_if(manifest.packs, is_new));
    return Json::object()
        .set("dump_ms", manifest.duration_ms)
        .set("read_back_ms", made.verification ? made.verification->duration_ms : 0)
        .set("source_bytes_per_second", manifest.bytes_source * 1000 / milliseconds)
        .set("packs_new", packs)
        .set("packs_shared", manifest.packs.size() - packs);
}

void report_backup(OperationContext& context, const CommittedBackup& made,
                   std::chrono::milliseconds duration, Report& report) {
    const Manifest& manifest = made.manifest;
    const auto tables = user_tables(context, manifest.content);
    const bool is_verified = made.verification.has_value();
    report.result.set("id", manifest.id)
        .set("created_at", format_utc(manifest.created_at))
        .set("bytes_source", manifest.bytes_source)
        .set("bytes_stored", manifest.bytes_stored())
        .set("bytes_new", manifest.bytes_new)
        .set("tables", tables_json(tables))
        .set("duration_ms", duration.count())
        .set("verified", is_verified)
        .set("metrics", metrics_of(made, duration));
    report.body.emplace_back(MarkedLine{
        Mark::ok,
        fmt::format("backup {} of '{}': {}, {} stored ({} new) in {}{}", manifest.id,
                    manifest.environment, size_text(tables), format_bytes(manifest.bytes_stored()),
                    format_bytes(manifest.bytes_new), format_duration(duration),
                    is_verified ? ", read back and whole" : "")});
    if (!made.record_problem.empty()) {
        report.warnings.push_back("the backup is complete, but: " + made.record_problem);
    }
}

}  // namespace

void create_backup(OperationContext& context, const OptionValues& options, Report& report) {
    const std::vector<TableName> tables = asked_for(context, options);
    if (context.invocation().dry_run) return report_plan(context, tables, report);
    const Stopwatch stopwatch;
    AroundBackup around(context);
    try {
        around.before(report);
        const CommittedBackup made = take_backup(
            context,
            {.label = options.text("label"), .note = options.text("note"), .tables = tables});
        report_backup(context, made, stopwatch.elapsed(), report);
        around.after(made.manifest, report);
    } catch (const Error& error) {
        around.failed(error, report);
        throw;
    }
}

}  // namespace keel
