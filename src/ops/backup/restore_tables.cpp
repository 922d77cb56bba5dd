#include "ops/backup/restore_tables.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/table_archive.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/newest_rows.hpp"
#include "ops/backup/store.hpp"
#include "ops/backup/table_choice.hpp"

namespace keel {

namespace {

class RestoreTables final : public Operation {
  public:
    RestoreTables(const OptionValues& options, RestoreChoice choice)
        : options_(options),
          manifest_(std::move(choice.manifest)),
          notices_(std::move(choice.notices)) {}

    Plan plan(OperationContext& context) override {
        // Rows go on changing while somebody reads the plan; under the lock it is still the same
        // tables that are replaced, so what was agreed to stays agreed.
        if (!plan_) plan_ = make_plan(context);
        return *plan_;
    }

    void apply(OperationContext& context, Report& report) override {
        const Stopwatch stopwatch;
        report.warnings.insert(report.warnings.end(), notices_.begin(), notices_.end());
        const auto tables = restorer_->run(context.connection(), selection_);
        report_restored(context, tables, stopwatch.elapsed(), report);
    }

  private:
    Plan make_plan(OperationContext& context) {
        Connection* connection = context.connection_if_exists();
        if (connection == nullptr) {
            throw Error(ErrorKind::not_found,
                        fmt::format("there is no database at {} to restore tables into",
                                    context.environment().url.redacted()))
                .with_hint("make it with: keel db init; or restore the whole backup");
        }
        open_backup(context);
        select(context);
        const auto outlook = restorer_->look(*connection, selection_);
        if (!outlook.obstacles.empty()) refuse(outlook.obstacles);
        Plan plan;
        plan.steps.push_back(
            {.step = fmt::format("restore {} of backup {}",
                                 count_of(selection_.tables.size(), "table"), manifest_.id),
             .detail = fmt::format("of '{}', made {} UTC, into '{}' ({})", manifest_.environment,
                                   time_text(manifest_.created_at), context.choice().name,
                                   context.environment().url.redacted())});
        for (const std::string& notice : notices_)
            plan.steps.push_back({.step = "note", .detail = notice});
        const auto newest = newest_of(context, *connection, outlook);
        for (const TableOutlook& table : outlook.tables)
            plan.steps.push_back(step_for(table, newest));
        return plan;
    }

    void open_backup(OperationContext& context) {
        repository_.emplace(open_repository(context));
        streams_ = repository_->streams(manifest_);
        restorer_ = context.engine().table_archive().prepare({.content = manifest_.content,
                                                              .streams = *streams_,
                                                              .target = context.environment().url,
                                                              .run_id = context.run_id()},
                                                             context.context());
    }

    void select(OperationContext& context) {
        const auto known = restorer_->known();
        const Dialect& dialect = context.engine().dialect();
        if (names_tables(options_)) {
            selection_.tables = choose_tables(options_, manifest_.content.engine, known, dialect);
        } else {
            selection_.tables = known;
        }
        if (selection_.tables.empty()) {
            throw Error(ErrorKind::not_found,
                        fmt::format("backup {} has no such tables", manifest_.id))
                .with_hint("see what it has with: keel backup show " + manifest_.id);
        }
        if (!options_.has("as")) return;
        if (selection_.tables.size() != 1) {
            throw Error(ErrorKind::usage,
                        fmt::format("--as names one table, and {} are to be restored",
                                    selection_.tables.size()))
                .with_hint("name one with --table");
        }
        selection_.new_name = parse_table_name(options_.text("as"), selection_.tables.front());
    }

    [[noreturn]] static void refuse(const std::vector<std::string>& obstacles) {
        throw Error(ErrorKind::refused,
                    "the tables cannot be restored by themselves: " + join(obstacles, "; "))
            .with_hint(
                "restore these tables together with the ones that are named, or the whole "
                "database, or into another environment with --to");
    }

    using Newest = std::map<std::string, std::string>;

    static PlanStep step_for(const TableOutlook& table, const Newest& newest) {
        const std::string name = table_name(table.table);
        PlanStep step;
        step.detail = fmt::format("{} rows of the backup", table.rows);
        if (!table.now) {
            step.step = "make table " + name;
            return step;
        }
        step.step = "replace table " + name;
        step.destructive = true;
        step.figures = {fmt::format("{} rows now", *table.now)};
        if (const auto found = newest.find(name); found != newest.end())
            step.figures.push_back(found->second);
        for (const std::string& change : table.changes) step.detail += ", " + change;
        return step;
    }

    static Newest newest_of(OperationContext& context, Connection& connection,
                            const RestoreOutlook& outlook) {
        std::vector<TableName> present;
        for (const TableOutlook& table : outlook.tables)
            if (table.now) present.push_back(table.table);
        return newest_rows(context.engine(), connection, present);
    }

    void report_restored(OperationContext& context, const std::vector<TableContent>& tables,
                         std::chrono::milliseconds duration, Report& report) const {
        const auto& safety = context.safety_backup();
        report.result.set("backup", manifest_.id)
            .set("tables", tables_json(tables))
            .set("bytes", bytes_raw(manifest_))
            .set("safety_backup", safety ? Json(*safety) : Json())
            .set("duration_ms", duration.count());
        report.body.emplace_back(MarkedLine{
            Mark::ok, fmt::format("restored {} of backup {} into '{}' in {}", size_text(tables),
                                  manifest_.id, context.choice().name, format_duration(duration))});
        if (!safety) return;
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("backup {} holds what was there before", *safety)});
        report.next_steps.emplace_back("keel undo");
    }

    OptionValues options_;
    Manifest manifest_;
    std::vector<std::string> notices_;
    std::optional<Plan> plan_;
    std::optional<Repository> repository_;
    std::unique_ptr<StreamReader> streams_;
    std::unique_ptr<TableRestorer> restorer_;
    TableSelection selection_;
};

}  // namespace

std::unique_ptr<Operation> make_restore_of_tables(const OptionValues& options,
                                                  RestoreChoice choice) {
    return std::make_unique<RestoreTables>(options, std::move(choice));
}

}  // namespace keel
