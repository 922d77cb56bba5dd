#include "ops/backup/import.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/file_exchange.hpp"
#include "db/inspector.hpp"
#include "db/table_archive.hpp"
#include "db/unpublished.hpp"
#include "ops/backup/describe.hpp"
#include "ops/kit/current_state.hpp"
#include "ops/kit/marker.hpp"

namespace keel {

namespace {

namespace fs = std::filesystem;

class Import final : public Operation {
  public:
    explicit Import(const OptionValues& options)
        : file_(options.text("file")), salvages_(options.flag("salvage")) {}

    Plan plan(OperationContext& context) override {
        if (!plan_) plan_ = make_plan(context);
        return *plan_;
    }

    void apply(OperationContext& context, Report& report) override {
        const Stopwatch stopwatch;
        const Engine& engine = context.engine();
        const DatabaseUrl& url = context.environment().url;
        ImportedDatabase imported = engine.table_archive().files().stage(
            {.path = file_, .salvages = salvages_}, {.target = url, .run_id = context.run_id()},
            context.context());
        Unpublished staged(engine.admin(), std::move(imported.staged));
        for (const std::string& lost : imported.lost) report.warnings.push_back(lost);
        report.result.set("lost", Json::from(imported.lost));
        look_through_and_stamp(context, *staged);
        context.context().check_cancelled("importing");
        context.disconnect();
        context.forget_marker();
        engine.admin().publish(staged.release(), context.context());
        tell(context, stopwatch.elapsed(), report);
    }

    /// What was stamped while it was staged beside its place is bound to that place now.
    void verify(OperationContext& context, Report&) override {
        Connection& connection = context.connection();
        const Engine& engine = context.engine();
        const auto& marker = context.marker().marker;
        if (marker && marker->bound.bound == engine.admin().identity(connection).bound) return;
        stamp_marker(connection, engine, context.environment(), context.project().name(), false,
                     context.context().clock.now());
        context.forget_marker();
    }

  private:
    Plan make_plan(OperationContext& context) {
        file_ = fs::absolute(file_);
        if (!fs::exists(file_))
            throw Error(ErrorKind::not_found, fmt::format("there is no file '{}'", file_.native()));
        const auto form = context.engine().table_archive().files().form_of(file_);
        if (!form) {
            throw Error(ErrorKind::invalid_input,
                        fmt::format("'{}' is nothing that a {} database can be made of",
                                    file_.native(), context.engine().name()))
                .with_hint(context.engine().kind() == EngineKind::sqlite
                               ? "a SQLite database, or SQL text in a file that ends in .sql"
                               : "an archive of pg_dump (custom or directory), or SQL text in a "
                                 "file that ends in .sql");
        }
        now_ = read_current_state(context);
        Plan plan;
        plan.steps.push_back(
            {.step = (salvages_ ? "salvage " : "import ") + file_.filename().native(),
             .detail = fmt::format("{} ({}) into '{}' ({})", file_.native(), to_string(*form),
                                   context.choice().name, context.environment().url.redacted())});
        const bool is_there = now_.kind != CurrentState::Kind::absent;
        plan.steps.push_back(
            {.step = "replace the whole database",
             .detail = is_there ? "by what the file holds" : "nothing is there now",
             .destructive = is_there,
             .figures = {is_there ? fmt::format("now {} in {} tables", format_bytes(now_.bytes),
                                                now_.tables.size())
                                  : std::string("nothing is lost")}});
        return plan;
    }

    void look_through_and_stamp(OperationContext& context, const StagedDatabase& staged) {
        const Engine& engine = context.engine();
        const Environment& environment = context.environment();
        const auto connection = engine.connect(
            {.url = staged.url,
             .read_only = false,
             .ignore_ambient = context.is_testing(),
             .session = environment.session,
             .application_name = fmt::format("keel {} {}", context.spec().name, context.run_id())});
        const Catalog catalog = engine.inspector().inspect(*connection, {.rows = RowCounts::exact});
        for (const Table& table : catalog.tables)
            tables_.push_back({.schema = table.schema,
                               .name = table.name,
                               .rows = static_cast<std::uint64_t>(table.rows.value_or(0))});
        stamp_marker(*connection, engine, environment, context.project().name(), true,
                     context.context().clock.now(), now_.location);
    }

    void tell(OperationContext& context, std::chrono::milliseconds duration, Report& report) const {
        const auto& safety = context.safety_backup();
        report.result.set("file", file_.native())
            .set("tables", tables_json(tables_))
            .set("safety_backup", safety ? Json(*safety) : Json())
            .set("duration_ms", duration.count());
        report.body.emplace_back(MarkedLine{
            Mark::ok,
            fmt::format("imported {} into '{}': {} in {}", file_.native(), context.choice().name,
                        size_text(tables_), format_duration(duration))});
        if (!safety) return;
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("backup {} holds what was there before", *safety)});
        report.next_steps.emplace_back("keel undo");
    }

    fs::path file_;
    bool salvages_ = false;
    std::optional<Plan> plan_;
    CurrentState now_;
    std::vector<TableContent> tables_;
};

}  // namespace

std::unique_ptr<Operation> make_backup_import(const OptionValues& options) {
    return std::make_unique<Import>(options);
}

}  // namespace keel
