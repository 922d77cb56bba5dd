#include "ops/database/reset.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/inspector.hpp"
#include "db/transaction.hpp"

namespace keel {

namespace {

std::string qualified(const std::string& schema, const std::string& name) {
    return schema.empty() ? name : fmt::format("{}.{}", schema, name);
}

PlanStep drop_step(std::string what, std::string detail = {}) {
    return {.step = std::move(what), .detail = std::move(detail), .destructive = true};
}

class Reset final : public Operation {
  public:
    explicit Reset(const OptionValues& options) : leave_empty_(options.flag("empty")) {}

    Plan plan(OperationContext& context) override {
        Plan plan;
        const auto catalog = context.engine().inspector().inspect(
            context.connection(), {.schema = {}, .table = {}, .rows = RowCounts::estimate});
        for (const auto& table : catalog.tables) {
            auto step = drop_step("drop table " + qualified(table.schema, table.name));
            if (table.rows) step.figures.push_back(fmt::format("about {} rows", *table.rows));
            plan.steps.push_back(std::move(step));
        }
        for (const auto& view : catalog.views) {
            plan.steps.push_back(drop_step("drop view " + qualified(view.schema, view.name)));
        }
        for (const auto& routine : catalog.routines) {
            plan.steps.push_back(drop_step(fmt::format(
                "drop {} {}", routine.kind, qualified(routine.schema, routine.signature))));
        }
        plan_migrations(context, plan);
        return plan;
    }

    void apply(OperationContext& context, Report& report) override {
        auto& connection = context.connection();
        auto* migrator = context.services().migrator;
        {
            Transaction transaction(connection);
            context.engine().admin().drop_all(connection, true);
            if (migrator) migrator->forget_history(context);
            transaction.commit();
        }
        report_drop(context, report);
        if (leave_empty_ || !migrator) {
            report_backup(context, report);
            report.next_steps.emplace_back("keel migrate up");
            return;
        }
        try {
            migrator->apply_pending(context, report);
        } catch (Error& error) {
            error.add_trail("apply the migrations to the emptied database");
            report.next_steps.emplace_back("keel undo");
            throw;
        }
        report.next_steps.emplace_back("keel status");
    }

    void nothing_to_do(OperationContext&, Report& report) override {
        report.result.set("backup", Json()).set("applied", Json::array());
        report.body.emplace_back(MarkedLine{Mark::ok, "nothing to do: the database is empty"});
    }

  private:
    void plan_migrations(OperationContext& context, Plan& plan) const {
        auto* migrator = context.services().migrator;
        if (!migrator) return;
        const auto summary = migrator->summary(context);
        if (summary.applied > 0) {
            plan.steps.push_back(drop_step("forget the migration history",
                                           fmt::format("{} applied", summary.applied)));
        }
        if (leave_empty_) return;
        const auto files = static_cast<std::size_t>(summary.applied) + summary.pending.size() -
                           summary.missing.size();
        if (files == 0 || (plan.empty() && summary.pending.empty())) return;
        plan.steps.push_back({.step = "apply all migrations",
                              .detail = count_of(files, "file"),
                              .destructive = false});
    }

    void report_drop(OperationContext& context, Report& report) const {
        const auto& backup = context.safety_backup();
        report.result.set("database", context.environment().url.redacted());
        report.result.set("backup", backup ? Json(*backup) : Json());
        report.result.set("empty", leave_empty_).set("applied", Json::array());
        report.body.emplace_back(MarkedLine{Mark::ok, "dropped everything in the database"});
    }

    /// Where no migrations follow, which would say it at their end.
    static void report_backup(OperationContext& context, Report& report) {
        if (!context.safety_backup()) return;
        report.body.emplace_back(Paragraph{
            fmt::format("safety backup {}: keel undo brings it back", *context.safety_backup())});
    }

    bool leave_empty_ = false;
};

}  // namespace

std::unique_ptr<Operation> make_reset(const OptionValues& options) {
    return std::make_unique<Reset>(options);
}

}  // namespace keel
