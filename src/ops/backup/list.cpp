#include "ops/backup/list.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/environment.hpp"
#include "model/manifest_scope.hpp"
#include "ops/backup/choose.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/store.hpp"

namespace keel {

namespace {

/// With -e only that environment's, and those whose manifest cannot be read: they may be anyone's.
bool is_asked_for(OperationContext& context, const Backup& backup) {
    const auto& wanted = context.invocation().overrides.environment;
    if (!wanted || !backup.is_readable()) return true;
    return backup.manifest.environment == normalize_environment_name(*wanted);
}

std::vector<std::string> row_of(const Backup& backup) {
    const Manifest& manifest = backup.manifest;
    if (!backup.is_readable())
        return {backup.id, "?", "?", "?", "damaged", "never", join(backup.problems, "; ")};
    std::string about = manifest.reason;
    if (is_of_tables(manifest.content))
        about += fmt::format(" ({})", count_of(manifest.content.tables.size(), "table"));
    if (!manifest.label.empty()) about += ": " + manifest.label;
    if (backup.is_pinned) about += " (pinned)";
    return {backup.id,
            time_text(manifest.created_at),
            manifest.environment,
            format_bytes(manifest.bytes_stored()),
            state_text(backup),
            proof_text(backup),
            about};
}

KeyValues facts_of(const Backup& backup) {
    const Manifest& manifest = backup.manifest;
    KeyValues facts;
    const auto add = [&](std::string name, std::string value) {
        if (!value.empty()) facts.items.emplace_back(std::move(name), std::move(value));
    };
    add("id", backup.id);
    add("state", state_text(backup));
    if (!backup.is_readable()) return facts;
    add("proven", proof_text(backup));
    if (is_of_tables(manifest.content)) add("holds", "some tables, not the whole database");
    add("created", time_text(manifest.created_at) + " UTC");
    add("environment", manifest.environment);
    add("project", manifest.project);
    add("database", manifest.database);
    add("engine",
        fmt::format("{} {}", to_string(manifest.content.engine), manifest.content.server_version));
    add("reason", manifest.reason);
    add("label", manifest.label);
    add("note", manifest.note);
    add("source", format_bytes(manifest.bytes_source));
    add("stored", format_bytes(manifest.bytes_stored()));
    add("took", format_duration(std::chrono::milliseconds(manifest.duration_ms)));
    add("made by", "keel " + manifest.keel_version);
    return facts;
}

TextTable tables_of(std::span<const TableContent> tables) {
    TextTable table{.header = {"table", "rows"}, .right_aligned = {false, true}};
    for (const TableContent& content : tables) {
        table.rows.push_back({table_name(content), std::to_string(content.rows)});
    }
    return table;
}

Json checks_json(const Backup& backup) {
    Json checks = Json::array();
    for (const Verification& check : backup.checks) {
        checks.push_back(Json::object()
                             .set("at", format_utc(check.at))
                             .set("how", check.how)
                             .set("ok", check.ok)
                             .set("checked_bytes", check.checked_bytes)
                             .set("duration_ms", check.duration_ms)
                             .set("problems", Json::from(check.problems)));
    }
    return checks;
}

void show_checks(const Backup& backup, Report& report) {
    for (const Verification& check : backup.checks) {
        std::string text =
            fmt::format("{} {} in {}", time_text(check.at), check.how,
                        format_duration(std::chrono::milliseconds(check.duration_ms)));
        if (!check.ok) text += ": " + join(check.problems, "; ");
        report.body.emplace_back(MarkedLine{check.ok ? Mark::ok : Mark::failure, std::move(text)});
    }
}

}  // namespace

void list_backups(OperationContext& context, const OptionValues&, Report& report) {
    Json backups = Json::array();
    TextTable table{.header = {"id", "created (UTC)", "environment", "stored", "state",
                               "proven (UTC)", "reason"},
                    .right_aligned = {false, false, false, true}};
    Listing listing;
    if (const auto repository = repository_if_exists(context)) listing = repository->list();
    for (const Backup& backup : listing.backups) {
        if (!is_asked_for(context, backup)) continue;
        backups.push_back(backup_json(backup));
        table.rows.push_back(row_of(backup));
    }
    if (table.rows.empty()) {
        report.body.emplace_back(Paragraph{"no backups yet"});
        report.next_steps.emplace_back("keel backup create");
    } else {
        report.body.emplace_back(std::move(table));
    }
    report.result.set("backups", std::move(backups)).set("problems", Json::from(listing.problems));
    report_problems(listing, report);
}

void show_backup(OperationContext& context, const OptionValues& options, Report& report) {
    const Listing listing = open_repository(context).list();
    const Chosen chosen = choose_backup(listing, options.text("id"), context.choice().name);
    const Backup& backup = *chosen.backup;
    const Manifest& manifest = backup.manifest;
    if (!chosen.warning.empty()) report.warnings.push_back(chosen.warning);
    report.body.emplace_back(facts_of(backup));
    for (const std::string& problem : backup.problems) {
        report.body.emplace_back(MarkedLine{Mark::failure, problem});
    }
    report.result = backup_json(backup);
    report.result.set("problems", Json::from(backup.problems));
    if (!backup.is_readable()) return;
    const auto tables = user_tables(context, manifest.content);
    report.body.emplace_back(tables_of(tables));
    show_checks(backup, report);
    report.result.set("project", manifest.project)
        .set("database", manifest.database)
        .set("instance_id", manifest.instance_id)
        .set("server_version", manifest.content.server_version)
        .set("note", manifest.note)
        .set("sequence", manifest.sequence)
        .set("keel_version", manifest.keel_version)
        .set("duration_ms", manifest.duration_ms)
        .set("schema_fingerprint", manifest.content.schema_fingerprint)
        .set("tables", tables_json(tables))
        .set("checks", checks_json(backup));
}

}  // namespace keel
