#include "ops/migrate/export_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/file.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/transaction.hpp"
#include "ops/migrate/fingerprint.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {
namespace {

/// drizzle knows a migration by the time in its journal.
std::string drizzle_time(const std::filesystem::path& folder, const Migration& file) {
    const Json journal = Json::parse(read_file(folder / "meta" / "_journal.json"));
    const std::string tag = file.file.stem().native();
    for (const Json& entry : journal.at("entries").as_array())
        if (entry.string_or("tag", "") == tag) return std::to_string(entry.integer_or("when", 0));
    throw Error(ErrorKind::invalid_input, fmt::format("drizzle's journal does not name '{}'", tag))
        .with_hint("make the journal anew with drizzle-kit");
}

}  // namespace

std::unique_ptr<Operation> make_export_history(const OptionValues& options) {
    return std::make_unique<MigrateExportHistory>(options.text("tool"));
}

void MigrateExportHistory::choose_tool(OperationContext& context) {
    std::string name = asked_;
    if (name.empty()) name = project_layout(context).name();
    if (name == "keel") name = "dbmate";
    if (name == "plain")
        throw Error(ErrorKind::usage, "plain files do not say which tool the history is for")
            .with_hint("name it: keel migrate export-history TOOL");
    tool_ = &foreign_tool(name);
}

Plan MigrateExportHistory::plan(OperationContext& context) {
    choose_tool(context);
    const HistoryWriter writer(*tool_, context.engine());
    if (files_.empty()) files_ = read_migrations(context);
    root_ = context.project().root();
    folder_ = context.project().migrations().directory;
    standing_ = compare(files_, read_history(context));
    if (const AppliedEntry* entry = standing_.unfinished()) refuse_unfinished(*entry);
    refuse_edited(standing_);
    compare_tables(context);
    Plan plan;
    if (!table_ && !added_.empty())
        plan.steps.push_back({.step = "make the table " + writer.usual_table()});
    for (const std::string& version : removed_)
        plan.steps.push_back({.step = "take away " + version});
    for (const ExportedRow& row : added_) plan.steps.push_back({.step = "add " + row.version});
    return plan;
}

void MigrateExportHistory::compare_tables(OperationContext& context) {
    table_.reset();
    added_.clear();
    removed_.clear();
    std::vector<ForeignRow> rows;
    if (Connection* connection = context.connection_if_exists()) {
        for (const FoundHistory& found : find_histories(*connection, context.engine(), "")) {
            if (found.tool != tool_) continue;
            table_ = found.table;
            rows = found.read(*connection, context.engine());
        }
    }
    if (tool_->name == "golang-migrate") return compare_single_line(rows);
    std::set<std::string> there;
    for (const ForeignRow& row : rows) there.insert(row.version);
    std::set<std::string> wanted;
    for (const AppliedEntry& entry : standing_.applied) {
        if (entry.file == nullptr) continue;
        if (entry.is_repeatable() && tool_->name != "flyway") continue;
        ExportedRow row = exported(entry, root_);
        wanted.insert(row.version);
        if (!there.contains(row.version)) added_.push_back(std::move(row));
    }
    for (const Migration* pending : standing_.pending) {
        const std::string version = tool_->name == "drizzle" ? drizzle_time(folder_, *pending)
                                                             : foreign_version(*tool_, *pending);
        if (there.contains(version) && !wanted.contains(version)) removed_.push_back(version);
    }
}

void MigrateExportHistory::compare_single_line(const std::vector<ForeignRow>& rows) {
    for (const Migration* pending : standing_.pending)
        if (standing_.is_newer(standing_.newest, pending->version))
            throw Error(ErrorKind::unsupported,
                        fmt::format("{} is applied and {} is not, and golang-migrate can only say "
                                    "up to which version all are",
                                    standing_.newest, pending->version))
                .with_hint("apply it first: keel migrate up");
    const AppliedEntry* newest = standing_.find(standing_.newest);
    const std::string wanted(newest == nullptr ? "" : version_key(newest->row.version));
    const bool is_so =
        rows.empty() ? wanted.empty() : rows.front().version == wanted && rows.front().succeeded;
    if (is_so) return;
    if (!rows.empty()) removed_.push_back(rows.front().version);
    if (!wanted.empty())
        added_.push_back({.version = wanted, .applied_at = newest->row.applied_at});
}

ExportedRow MigrateExportHistory::exported(const AppliedEntry& entry,
                                           const std::filesystem::path& root) const {
    ExportedRow row{.version = foreign_version(*tool_, *entry.file),
                    .description = replace_all(entry.file->name, "_", " "),
                    .script = entry.file->file.filename().native(),
                    .checksum = foreign_checksum(*tool_, *entry.file, root),
                    .applied_at = entry.row.applied_at,
                    .applied_by = entry.row.applied_by,
                    .duration_ms = entry.row.duration_ms};
    if (entry.is_repeatable()) row.description = replace_all(row.version.substr(3), "_", " ");
    if (tool_->name == "drizzle") row.version = drizzle_time(folder_, *entry.file);
    if (tool_->name == "goose" || tool_->name == "sqlx") row.version = version_key(row.version);
    return row;
}

void MigrateExportHistory::apply(OperationContext& context, Report& report) {
    Connection& connection = context.connection();
    const HistoryWriter writer(*tool_, context.engine());
    Transaction transaction(connection);
    std::string table = writer.usual_table();
    if (table_) table = context.engine().dialect().quote(table_->schema, table_->name);
    if (!table_)
        for (const std::string& statement : writer.create()) connection.execute(statement);
    for (const std::string& version : removed_) connection.execute(writer.remove(table, version));
    for (const ExportedRow& row : added_) connection.execute(writer.insert(table, row));
    // The table is a part of the schema that Keel leaves.
    if (!table_ && standing_.last_sequence > 0)
        record_fingerprint(connection, context.engine(), standing_.last_sequence);
    transaction.commit();
    fill_report(report);
    report.body.emplace_back(MarkedLine{
        Mark::ok, fmt::format("the history of {} says what keel's says: {} added, {} taken away",
                              tool_->name, added_.size(), removed_.size())});
}

void MigrateExportHistory::nothing_to_do(OperationContext&, Report& report) {
    fill_report(report);
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("nothing to do: {} has the same history", tool_->name)});
}

void MigrateExportHistory::fill_report(Report& report) const {
    Json added = Json::array();
    for (const ExportedRow& row : added_) added.push_back(row.version);
    report.result.set("tool", tool_->name).set("added", std::move(added));
    report.result.set("removed", Json::from(removed_));
}

}  // namespace keel
