#include "ops/migrate/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "ops/migrate/backfill_run.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/sources.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {
namespace {

std::string shown_duration(std::int64_t milliseconds) {
    return format_duration(std::chrono::milliseconds(milliseconds));
}

/// "2026-01-31 12:00:00" of what the history says, for people.
std::string shown_time(const std::string& applied_at) {
    std::string shown = applied_at.substr(0, 19);
    if (const std::size_t t = shown.find('T'); t != std::string::npos) shown[t] = ' ';
    return shown;
}

/// How far the backfill has come at which the migration was interrupted; empty when there is none.
using Backfills = std::map<std::int64_t, BackfillCursor>;

/// What the journal says of those that are unfinished, by their sequence.
Backfills read_backfills(OperationContext& context, const Standing& standing) {
    Backfills backfills;
    for (const AppliedEntry& entry : standing.applied) {
        if (!entry.is_unfinished()) continue;
        const StepJournal journal(context.engine());
        for (const JournalStep& step : journal.read(context.connection(), entry.row.sequence))
            if (!step.is_done && !step.cursor.empty())
                backfills.emplace(entry.row.sequence, BackfillCursor::parse(step.cursor));
    }
    return backfills;
}

Json backfill_json(const BackfillCursor& cursor) {
    Json json = Json::object();
    json.set("table", cursor.table).set("rows", cursor.rows);
    return json.set("total", cursor.total == 0 ? Json() : Json(cursor.total));
}

Json applied_json(const AppliedEntry& entry, const Backfills& backfills) {
    Json::Object members;
    members.reserve(7);
    members.emplace_back("version", entry.row.version);
    members.emplace_back("name", entry.row.name);
    members.emplace_back("applied_at", entry.row.applied_at);
    members.emplace_back("duration_ms", entry.row.duration_ms);
    members.emplace_back("checksum_ok", !entry.is_changed());
    members.emplace_back("state", to_string(entry.row.state));
    const auto backfill = backfills.find(entry.row.sequence);
    if (backfill != backfills.end())
        members.emplace_back("backfill", backfill_json(backfill->second));
    return Json::object(std::move(members));
}

Json pending_json(const Migration& migration) {
    Json json = Json::object();
    json.set("version", migration.version).set("name", migration.name);
    return json;
}

void fill_result(const Standing& standing, const Backfills& backfills, Report& report) {
    Json applied = Json::array();
    Json missing = Json::array();
    Json changed = Json::array();
    for (const AppliedEntry& entry : standing.applied) {
        applied.push_back(applied_json(entry, backfills));
        if (entry.is_missing()) missing.push_back(entry.row.version);
        if (entry.is_changed()) changed.push_back(entry.row.version);
    }
    Json pending = Json::array();
    for (const Migration* migration : standing.pending) pending.push_back(pending_json(*migration));
    report.result.set("current", standing.newest.empty() ? Json() : Json(standing.newest));
    report.result.set("applied", std::move(applied)).set("pending", std::move(pending));
    report.result.set("missing", std::move(missing)).set("changed", std::move(changed));
}

std::string state_of(const AppliedEntry& entry) {
    if (entry.is_unfinished()) return std::string(to_string(entry.row.state));
    if (entry.is_missing()) return "applied, file gone";
    if (entry.is_changed()) return "applied, edited since";
    return "applied";
}

void fill_table(const Standing& standing, Report& report) {
    TextTable table{.header = {"version", "name", "state", "when (UTC)", "took"},
                    .rows = {},
                    .right_aligned = {false, false, false, false, true}};
    table.rows.reserve(standing.applied.size() + standing.pending.size());
    for (const AppliedEntry& entry : standing.applied) {
        auto& row = table.rows.emplace_back();
        row.reserve(table.header.size());
        row.push_back(entry.row.version);
        row.push_back(entry.row.name);
        row.push_back(state_of(entry));
        row.push_back(shown_time(entry.row.applied_at));
        row.push_back(shown_duration(entry.row.duration_ms));
    }
    for (const Migration* migration : standing.pending)
        table.rows.push_back({migration->version, migration->name, "pending", "", ""});
    if (!table.rows.empty()) report.body.emplace_back(std::move(table));
}

/// One marked line for each thing that somebody should do something about.
bool fill_findings(const Standing& standing, const Backfills& backfills, Report& report) {
    bool found = false;
    for (const AppliedEntry& entry : standing.applied) {
        if (!entry.is_unfinished() && !entry.is_changed() && !entry.is_missing()) continue;
        found = true;
        const std::string label = fmt::format("{} {}", entry.row.version, entry.row.name);
        if (entry.is_unfinished()) {
            report.body.emplace_back(MarkedLine{
                Mark::failure, fmt::format("{} {}", label, unfinished_state(entry.row))});
            const auto backfill = backfills.find(entry.row.sequence);
            if (backfill != backfills.end())
                report.body.emplace_back(Paragraph{
                    fmt::format("    its backfill is done for {}", backfill->second.progress())});
            for (const std::string_view verdict : {"--done", "--retry", "--abandon"})
                report.next_steps.push_back(
                    fmt::format("keel migrate repair {} {}", entry.row.version, verdict));
        } else if (entry.is_changed()) {
            report.body.emplace_back(
                MarkedLine{Mark::failure, fmt::format("{} was edited after it was applied: {}",
                                                      label, entry.file->file.native())});
        } else if (entry.is_missing()) {
            report.body.emplace_back(MarkedLine{
                Mark::warning, fmt::format("{} is applied, but its file is gone", label)});
        }
    }
    return found;
}

void fill_summary(const Standing& standing, Report& report) {
    const std::size_t pending = standing.pending.size();
    const auto finished = std::count_if(standing.applied.begin(), standing.applied.end(),
                                        [](const auto& entry) { return !entry.is_unfinished(); });
    const std::string applied =
        fmt::format("{} applied", count_migrations(static_cast<std::size_t>(finished)));
    report.body.emplace_back(
        pending == 0 ? MarkedLine{Mark::ok, fmt::format("{}, nothing pending", applied)}
                     : MarkedLine{Mark::warning, fmt::format("{}, {} pending", applied, pending)});
    if (pending > 0) report.next_steps.emplace_back("keel migrate up");
}

TextTable history_table(const std::vector<AppliedMigration>& rows) {
    TextTable table{.header = {"#", "version", "name", "state", "statements", "when (UTC)", "took",
                               "who", "backup"},
                    .rows = {},
                    .right_aligned = {true, false, false, false, true, false, true}};
    for (const AppliedMigration& row : rows)
        table.rows.push_back({std::to_string(row.sequence), row.version, row.name,
                              std::string(to_string(row.state)), std::to_string(row.statements),
                              shown_time(row.applied_at), shown_duration(row.duration_ms),
                              row.applied_by, row.backup});
    return table;
}

Json history_json(const AppliedMigration& row) {
    Json json = Json::object();
    json.set("sequence", row.sequence).set("version", row.version).set("name", row.name);
    json.set("state", to_string(row.state)).set("statements", row.statements);
    json.set("applied_at", row.applied_at).set("applied_by", row.applied_by);
    json.set("duration_ms", row.duration_ms).set("checksum", row.checksum);
    json.set("backup", row.backup.empty() ? Json() : Json(row.backup));
    return json;
}

}  // namespace

void migrate_status(OperationContext& context, const OptionValues& options, Report& report) {
    MigrationLister lister(context);
    auto rows = read_history(context);
    const auto files = lister.list().migrations;
    const Standing standing = compare(files, std::move(rows));
    const Backfills backfills = read_backfills(context, standing);
    fill_result(standing, backfills, report);
    fill_table(standing, report);
    const bool found = fill_findings(standing, backfills, report);
    fill_summary(standing, report);
    report.has_findings = options.flag("exit-code") && (found || !standing.pending.empty());
}

void migrate_history(OperationContext& context, const OptionValues&, Report& report) {
    const auto rows = read_history(context);
    Json history = Json::array();
    for (const AppliedMigration& row : rows) history.push_back(history_json(row));
    report.result.set("history", std::move(history));
    if (rows.empty()) {
        report.body.emplace_back(Paragraph{"no migration was ever applied"});
        return;
    }
    report.body.emplace_back(history_table(rows));
}

}  // namespace keel
