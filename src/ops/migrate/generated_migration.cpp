#include "ops/migrate/generated_migration.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "ops/kit/schema_differences.hpp"
#include "ops/kit/schema_workbench.hpp"
#include "ops/migrate/new_migration.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {
namespace {

/// Statements as they stand in a file; goose wants those with a semicolon inside marked.
std::string script_of(const std::vector<std::string>& statements, bool is_goose) {
    std::string text;
    for (const auto& statement : statements) {
        const bool is_marked = is_goose && statement.find(';') != std::string::npos;
        const bool is_ended = trim(statement).ends_with(';');
        if (!text.empty()) text += '\n';
        if (is_marked) text += "-- +goose StatementBegin\n";
        text += statement + (is_ended ? "\n" : ";\n");
        if (is_marked) text += "-- +goose StatementEnd\n";
    }
    return text;
}

std::string keel_text(const WrittenMigration& migration) {
    return fmt::format("-- migrate:up{}\n{}\n-- migrate:down\n{}",
                       migration.transaction ? "" : " transaction:false",
                       script_of(migration.up, false), script_of(migration.down, false));
}

std::string goose_text(const WrittenMigration& migration) {
    return fmt::format("{}-- +goose Up\n{}\n-- +goose Down\n{}",
                       migration.transaction ? "" : "-- +goose NO TRANSACTION\n",
                       script_of(migration.up, true), script_of(migration.down, true));
}

void refuse_while_pending(OperationContext& context) {
    const auto* migrator = context.services().migrator;
    if (migrator == nullptr) return;
    const auto summary = context.services().migrator->summary(context);
    if (summary.pending.empty() && !summary.unfinished) return;
    throw Error(
        ErrorKind::refused,
        summary.pending.empty()
            ? std::string("a migration has not been finished, so the difference would be "
                          "taken from half of it")
            : fmt::format("{} pending, so the difference would hold it a second time",
                          count_of(summary.pending.size(), "migration is", "migrations are")))
        .with_hint("apply what is there first: keel migrate up");
}

/// What a step may lose stands above it in the file too.
std::string commented(const SchemaStep& step) {
    if (!step.destructive || step.hazard.empty()) return step.sql;
    return fmt::format("-- destructive: {}\n{}", step.hazard, step.sql);
}

WrittenMigration written(const PlanPhase& phase) {
    WrittenMigration migration;
    migration.transaction = phase.transaction;
    for (const auto& step : phase.up) {
        migration.up.push_back(commented(step));
        migration.destructive = migration.destructive || step.destructive;
    }
    for (const auto& step : phase.down) migration.down.push_back(commented(step));
    return migration;
}

void warn_of_hazards(const ProvenPlan& plan, Report& report) {
    for (const auto& phase : plan.phases)
        for (const auto& step : phase.up)
            if (!step.hazard.empty())
                report.warnings.push_back(
                    fmt::format("{}: {}", replace_all(step.object, ":", " "), step.hazard));
}

std::vector<WrittenMigration> write_difference(OperationContext& context,
                                               const OptionValues& options, bool one_transaction,
                                               Report& report) {
    const auto own = own_source(context);
    const auto wanted =
        options.has("to") ? find_source(context, options.text("to")) : declared_source(context);
    Workbench bench(context, own);
    const auto to = bench.read(wanted);
    const auto from = bench.read(own);
    auto renames =
        find_renames(from, to, options.list("rename"), bench.hints(), bench.engine().dialect());
    const auto suggestions =
        renames.empty() ? suggest_renames(from, to) : std::vector<std::string>();
    const auto plan =
        bench.prove(from, to, {.online = !one_transaction, .renames = std::move(renames)});
    for (const auto& warning : bench.warnings()) report.warnings.push_back(warning);
    for (const auto& suggestion : suggestions) report.warnings.push_back(suggestion);
    warn_of_hazards(plan, report);
    report.result.set("renames", renames_json(plan.renames));
    report.result.set("differences", differences_json(plan.differences));
    std::vector<WrittenMigration> migrations;
    for (const auto& phase : plan.phases) {
        auto migration = written(phase);
        if (!migrations.empty())
            migration.suffix = fmt::format("{}_{}", migration.transaction ? "then" : "online",
                                           migrations.size() + 1);
        migrations.push_back(std::move(migration));
    }
    return migrations;
}

}  // namespace

bool can_go_without_transaction(const MigrationLayout& layout) noexcept {
    return layout.name() == "keel" || layout.name() == "goose";
}

std::vector<NewFile> fill_migration(const MigrationLayout& layout, std::string_view version,
                                    std::string_view name, const WrittenMigration& migration) {
    auto files = layout.new_files(version, name);
    if (layout.name() == "keel") {
        files.front().text = keel_text(migration);
    } else if (layout.name() == "goose") {
        files.front().text = goose_text(migration);
    } else {
        files.front().text = script_of(migration.up, false);
        if (files.size() > 1) files[1].text = script_of(migration.down, false);
    }
    return files;
}

void generate_migration(OperationContext& context, const OptionValues& options, Report& report) {
    const std::string slug = migration_slug(options.text("name"));
    const MigrationFolder folder = migration_folder(context);
    const MigrationLayout& layout = project_layout(context);
    refuse_while_pending(context);
    const bool one = options.flag("one-transaction") || !can_go_without_transaction(layout);
    const auto migrations = write_difference(context, options, one, report);
    Json written = Json::array();
    std::vector<std::string> versions;
    const bool is_dry = context.invocation().dry_run;
    for (const auto& migration : migrations) {
        const auto version = new_version(context, layout, versions);
        versions.push_back(version);
        const auto name =
            migration.suffix.empty() ? slug : fmt::format("{}_{}", slug, migration.suffix);
        const auto files = fill_migration(layout, version, name, migration);
        const auto path =
            is_dry ? folder.directory / files.front().path : write_migration(files, folder);
        const auto shown = shown_path(path, folder.root);
        Json item = Json::object();
        item.set("version", version).set("name", name).set("file", shown);
        item.set("transaction", migration.transaction).set("destructive", migration.destructive);
        written.push_back(std::move(item));
        report.body.emplace_back(
            MarkedLine{is_dry ? Mark::skipped : Mark::ok,
                       fmt::format("{} {}", is_dry ? "would create" : "created", shown)});
        if (is_dry)
            for (const auto& file : files) report.body.emplace_back(Verbatim{file.text});
    }
    report.result.set("migrations", written);
    if (migrations.empty()) {
        report.body.emplace_back(
            MarkedLine{Mark::ok, "nothing to write: the database is as the schema says"});
        return;
    }
    const auto& first = written.as_array().front();
    report.result.set("version", first.at("version")).set("name", first.at("name"));
    report.result.set("file", first.at("file"));
    report.next_steps.emplace_back("keel migrate up");
}

}  // namespace keel
