#include "ops/migrate/adopt.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/transaction.hpp"
#include "ops/migrate/fingerprint.hpp"
#include "ops/migrate/native_parser.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/script.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {
namespace {

constexpr std::size_t names_shown = 5;

/// "a, b, c and 4 more".
std::string some_of(const std::vector<std::string>& names) {
    if (names.size() <= names_shown) return join(names, ", ");
    const std::span<const std::string> first(names.data(), names_shown);
    return fmt::format("{} and {} more", join(first, ", "), names.size() - names_shown);
}

Error nothing_found(const std::string& table) {
    return Error(ErrorKind::not_found,
                 table.empty() ? std::string("no other tool has left a history in this database")
                               : fmt::format("'{}' is no history that keel knows", table))
        .with_hint(
            "a table of another name is found with: keel migrate adopt --from TOOL --table NAME; a "
            "database without any history is taken over with: keel migrate baseline VERSION");
}

Error several_found(const std::vector<FoundHistory>& found) {
    std::vector<std::string> names;
    for (const FoundHistory& history : found)
        names.push_back(fmt::format("{} ({})", history.tool->name, history.table.shown()));
    return Error(ErrorKind::usage,
                 fmt::format("several tools have left a history: {}", join(names, ", ")))
        .with_hint("say whose counts: keel migrate adopt --from TOOL, or --table SCHEMA.NAME too");
}

/// "schema.name" or the name alone.
bool is_named(const ForeignTable& table, const std::string& name) {
    return name.empty() || name == table.name || name == table.shown();
}

std::string label_of(const MatchedMigration& adopted) {
    return adopted.file != nullptr ? migration_label(adopted.file->version, adopted.file->name)
                                   : migration_label(adopted.row->version, adopted.row->name);
}

}  // namespace

std::unique_ptr<Operation> make_adopt(const OptionValues& options) {
    return std::make_unique<MigrateAdopt>(
        MigrateAdopt::Choice{.from = options.text("from"),
                             .table = options.text("table"),
                             .without_files = options.flag("without-files"),
                             .accept_changed = options.flag("accept-changed")});
}

Plan MigrateAdopt::plan(OperationContext& context) {
    if (files_.empty()) files_ = read_migrations_if_any(context);
    standing_ = compare(files_, read_history(context));
    if (const AppliedEntry* entry = standing_.unfinished())
        throw Error(ErrorKind::partial,
                    fmt::format("{} is unfinished in keel's own history",
                                migration_label(entry->row.version, entry->row.name)))
            .with_hint("settle it first: keel migrate status tells how");
    choose_history(context);
    rows_ = history_->read(context.connection(), context.engine());
    const HistoryMatch match = match_history(*history_, rows_, files_, context.project().root());
    check(match);
    select(match);
    Plan plan;
    for (const MatchedMigration& adopted : adopted_)
        plan.steps.push_back({.step = fmt::format("record {} as applied", label_of(adopted)),
                              .detail = adopted.file == nullptr ? std::string("it has no file")
                                                                : adopted.file->file.native()});
    return plan;
}

void MigrateAdopt::choose_history(OperationContext& context) {
    Connection* connection = context.connection_if_exists();
    if (connection == nullptr) throw nothing_found({});
    if (!choice_.from.empty()) static_cast<void>(foreign_tool(choice_.from));
    auto found = find_histories(*connection, context.engine(), choice_.table);
    std::erase_if(found, [&](const FoundHistory& history) {
        const bool is_asked = choice_.from.empty() || history.tool->name == choice_.from;
        return !is_asked || !is_named(history.table, choice_.table);
    });
    if (found.empty()) throw nothing_found(choice_.table);
    if (found.size() > 1) throw several_found(found);
    history_ = std::move(found.front());
}

void MigrateAdopt::check(const HistoryMatch& match) const {
    const std::string tool(history_->tool->name);
    if (!match.failed.empty())
        throw Error(ErrorKind::partial, fmt::format("{} says that version {} failed half way", tool,
                                                    match.failed.front()->version))
            .with_hint(fmt::format("find out what of it is in the database, settle that with {} "
                                   "itself, then adopt",
                                   tool));
    std::vector<std::string> changed;
    for (const Migration* file : match.changed) changed.push_back(file->file.native());
    if (!changed.empty() && !choice_.accept_changed)
        throw Error(ErrorKind::integrity,
                    fmt::format("edited since {} applied it: {}", tool, some_of(changed)))
            .with_hint(
                "bring the files back as they were applied; or, when the edits change nothing that "
                "matters, take them as they are with --accept-changed")
            .at({.file = changed.front()});
    std::vector<std::string> missing;
    for (const MatchedMigration& adopted : match.applied)
        if (adopted.file == nullptr) missing.push_back(adopted.row->version);
    if (missing.empty() || !history_->tool->keeps_sql || choice_.without_files) return;
    throw Error(ErrorKind::not_found,
                fmt::format("{} has applied what has no file here: {}", tool, some_of(missing)))
        .with_hint(
            "say where the files are (--migrations DIR, --layout NAME) or bring them back; or take "
            "the versions over without files with --without-files");
}

void MigrateAdopt::select(const HistoryMatch& match) {
    adopted_.clear();
    for (const MatchedMigration& adopted : match.applied) {
        const std::string& version =
            adopted.file == nullptr ? adopted.row->version : adopted.file->version;
        if (standing_.find(version) == nullptr) adopted_.push_back(adopted);
    }
}

AppliedMigration MigrateAdopt::history_row(const MatchedMigration& adopted,
                                           std::int64_t sequence) const {
    AppliedMigration row;
    row.sequence = sequence;
    row.version = adopted.row->version;
    row.name = adopted.row->name;
    if (adopted.file != nullptr) {
        row.version = adopted.file->version;
        row.name = adopted.file->name;
        row.checksum = adopted.file->checksum;
        row.down_sql = down_text(*adopted.file);
    } else {
        row.checksum = adopted_checksum;
    }
    row.state = MigrationState::applied;
    row.applied_by = adopted.row->applied_by.empty() ? std::string(history_->tool->name)
                                                     : adopted.row->applied_by;
    row.applied_at = foreign_time(adopted.row->applied_at);
    row.duration_ms = adopted.row->duration_ms;
    return row;
}

void MigrateAdopt::apply(OperationContext& context, Report& report) {
    Connection& connection = context.connection();
    const History history(context.engine());
    history.ensure(connection);
    Transaction transaction(connection);
    std::int64_t sequence = standing_.last_sequence;
    for (const MatchedMigration& adopted : adopted_) {
        context.context().check_cancelled(label_of(adopted));
        history.insert_as_it_is(connection, history_row(adopted, ++sequence));
    }
    record_fingerprint(connection, context.engine(), sequence);
    transaction.commit();
    fill_report(report);
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("{} taken over from {} ({}), which is as it was",
                                         count_migrations(adopted_.size()), history_->tool->name,
                                         history_->table.shown())});
}

void MigrateAdopt::nothing_to_do(OperationContext&, Report& report) {
    fill_report(report);
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("nothing to do: all that {} ({}) tells of is known",
                                         history_->tool->name, history_->table.shown())});
}

void MigrateAdopt::fill_report(Report& report) const {
    Json adopted = Json::array();
    for (const MatchedMigration& one : adopted_) {
        const AppliedMigration row = history_row(one, 0);
        Json json = Json::object();
        json.set("version", row.version).set("name", row.name).set("applied_at", row.applied_at);
        adopted.push_back(std::move(json));
    }
    Json pending = Json::array();
    for (const Migration* file : standing_.pending) {
        const bool is_adopted = std::any_of(adopted_.begin(), adopted_.end(),
                                            [&](const auto& one) { return one.file == file; });
        if (!is_adopted) pending.push_back(file->version);
    }
    report.result.set("tool", history_->tool->name).set("table", history_->table.shown());
    report.result.set("adopted", std::move(adopted)).set("pending", std::move(pending));
    report.next_steps.emplace_back("keel migrate status");
}

}  // namespace keel
