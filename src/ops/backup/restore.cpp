#include "ops/backup/restore.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/inspector.hpp"
#include "db/table_archive.hpp"
#include "db/unpublished.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/newest_rows.hpp"
#include "ops/backup/restore_choice.hpp"
#include "ops/backup/restore_tables.hpp"
#include "ops/backup/store.hpp"
#include "ops/backup/table_choice.hpp"
#include "ops/kit/current_state.hpp"

namespace keel {

namespace {

class Restore final : public Operation {
  public:
    Restore(const OptionValues& options, RestoreChoice choice)
        : new_name_(options.text("as")),
          is_undo_(!options.has("id")),
          manifest_(std::move(choice.manifest)),
          notices_(std::move(choice.notices)) {}

    Plan plan(OperationContext& context) override {
        // The database goes on changing while somebody reads the plan; under the lock it is still
        // the same backup that replaces it, so what was agreed to stays agreed.
        if (!plan_) plan_ = make_plan(context);
        return *plan_;
    }

    void apply(OperationContext& context, Report& report) override {
        const Stopwatch stopwatch;
        report.warnings.insert(report.warnings.end(), notices_.begin(), notices_.end());
        note_instance(context);
        const Repository repository = open_repository(context);
        const auto streams = repository.streams(manifest_);
        const Engine& engine = context.engine();
        const DatabaseUrl target = place(context);
        Unpublished staged(engine.admin(),
                           engine.dumper().stage(manifest_.content, *streams,
                                                 {.target = target, .run_id = context.run_id()},
                                                 context.context()));
        stamp(context, *staged);
        context.context().check_cancelled("restoring");
        if (new_name_.empty()) {
            context.disconnect();
            context.forget_marker();
        }
        engine.admin().publish(staged.release(), context.context());
        report_restored(context, stopwatch.elapsed(), report);
    }

    /// The database has been replaced by a copy that was compared as a whole before; what fails
    /// from here on cannot be called a failure that changed nothing.
    void verify(OperationContext& context, Report&) override {
        if (!new_name_.empty()) return;
        try {
            look_at_restored(context);
        } catch (const Error& error) {
            throw Error(ErrorKind::partial,
                        fmt::format("backup {} was restored into '{}', but cannot be looked at: {}",
                                    manifest_.id, context.choice().name, error.message()))
                .with_hint(
                    "look at it with: keel status; what was there before comes back with: "
                    "keel undo");
        }
    }

  private:
    void look_at_restored(OperationContext& context) const {
        Connection& connection = context.connection();
        const Engine& engine = context.engine();
        const std::string& wanted = manifest_.content.schema_fingerprint;
        if (!wanted.empty() && engine.inspector().fingerprint(connection) != wanted) {
            throw Error(ErrorKind::integrity,
                        "the schema of the restored database is not that of the backup")
                .with_hint("compare with: keel backup show " + manifest_.id);
        }
        settle_marker(context, connection);
    }

    Plan make_plan(OperationContext& context) {
        tables_ = user_tables(context, manifest_.content);
        if (!new_name_.empty()) return plan_beside(context);
        now_ = read_current_state(context);
        Plan plan;
        plan.steps.push_back(first_step(context, context.environment().url));
        note_origin(context);
        for (const std::string& notice : notices_) {
            plan.steps.push_back({.step = "note", .detail = notice});
        }
        auto figures = compare(now_, tables_, "the backup");
        add_newest(context, figures);
        plan.steps.push_back({.step = "replace the whole database",
                              .detail = "by " + size_text(tables_),
                              .destructive = true,
                              .figures = std::move(figures)});
        return plan;
    }

    PlanStep first_step(OperationContext& context, const DatabaseUrl& target) const {
        return {.step = fmt::format("restore backup {}", manifest_.id),
                .detail = fmt::format("of '{}', made {} UTC, into '{}' ({})", manifest_.environment,
                                      time_text(manifest_.created_at), context.choice().name,
                                      target.redacted())};
    }

    /// As a new database, beside the environment's.
    Plan plan_beside(OperationContext& context) const {
        const DatabaseUrl target = place(context);
        if (context.engine().admin().exists(target)) {
            throw Error(ErrorKind::already_exists,
                        fmt::format("there is already a database at {}", target.redacted()))
                .with_hint("choose another name; an environment's database is replaced with --to");
        }
        Plan plan;
        plan.steps.push_back(first_step(context, target));
        for (const std::string& notice : notices_)
            plan.steps.push_back({.step = "note", .detail = notice});
        plan.steps.push_back({.step = "make a new database", .detail = "of " + size_text(tables_)});
        return plan;
    }

    DatabaseUrl place(OperationContext& context) const {
        const DatabaseUrl& url = context.environment().url;
        if (new_name_.empty()) return url;
        if (url.engine() == EngineKind::postgres) return url.with_database(new_name_);
        return url.with_path((context.project().root() / new_name_).lexically_normal());
    }

    void add_newest(OperationContext& context, std::vector<std::string>& figures) const {
        if (now_.kind != CurrentState::Kind::readable) return;
        std::vector<TableName> present;
        for (const TableContent& table : now_.tables) present.push_back({table.schema, table.name});
        const auto newest = newest_rows(context.engine(), context.connection(), present);
        for (const auto& [table, line] : newest) figures.push_back(table + ": " + line);
    }

    void note_origin(OperationContext& context) {
        if (manifest_.project != context.project().name()) {
            notices_.push_back(fmt::format("the backup is of another project: '{}', not '{}'",
                                           manifest_.project, context.project().name()));
        }
        if (manifest_.environment != context.choice().name) {
            notices_.push_back(
                fmt::format("the backup is of another environment: '{}' (it becomes "
                            "'{}')",
                            manifest_.environment, context.choice().name));
        } else if (is_other_instance()) {
            notices_.push_back("the backup is of another database than the one that is there now");
        }
        if (now_.kind == CurrentState::Kind::unreadable) {
            notices_.push_back("no safety backup can be taken: " + now_.problem);
        }
    }

    /// The Runner may have stamped the database since the plan was made.
    void note_instance(OperationContext& context) {
        if (now_.kind != CurrentState::Kind::readable) return;
        if (const auto& marker = context.marker().marker) now_.instance_id = marker->instance_id;
    }

    bool is_other_instance() const {
        return !now_.instance_id.empty() && !manifest_.instance_id.empty() &&
               now_.instance_id != manifest_.instance_id;
    }

    /// Before it has its real name: a copy of production is never taken for production.
    void stamp(OperationContext& context, const StagedDatabase& staged) const {
        const Environment& environment = context.environment();
        const Engine& engine = context.engine();
        const auto connection = engine.connect(
            {.url = staged.url,
             .read_only = false,
             .ignore_ambient = context.is_testing(),
             .session = environment.session,
             .application_name = fmt::format("keel {} {}", context.spec().name, context.run_id())});
        const bool is_new =
            !new_name_.empty() || manifest_.environment != environment.name || is_other_instance();
        stamp_marker(*connection, engine, environment, context.project().name(), is_new,
                     context.context().clock.now(), location(context));
        // A backup from before the database was stamped is of the one that is there all the same.
        if (is_new || !manifest_.instance_id.empty() || now_.instance_id.empty()) return;
        write_meta(*connection, engine, "instance_id", now_.instance_id);
    }

    std::string location(OperationContext& context) const {
        if (new_name_.empty()) return now_.location;
        const DatabaseUrl target = place(context);
        return target.engine() == EngineKind::postgres ? target.database() : target.path().string();
    }

    /// What was stamped while it was staged beside its place is bound to that place now.
    static void settle_marker(OperationContext& context, Connection& connection) {
        const Engine& engine = context.engine();
        const auto& marker = context.marker().marker;
        if (marker && marker->bound.bound == engine.admin().identity(connection).bound) return;
        stamp_marker(connection, engine, context.environment(), context.project().name(), false,
                     context.context().clock.now());
        context.forget_marker();
    }

    void report_restored(OperationContext& context, std::chrono::milliseconds duration,
                         Report& report) const {
        const auto& safety = context.safety_backup();
        report.result.set("backup", manifest_.id)
            .set("tables", tables_json(tables_))
            .set("bytes", bytes_raw(manifest_))
            .set("safety_backup", safety ? Json(*safety) : Json())
            .set("duration_ms", duration.count());
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("restored backup {} into {}: {} in {}", manifest_.id,
                                             new_name_.empty() ? "'" + context.choice().name + "'"
                                                               : place(context).redacted(),
                                             size_text(tables_), format_duration(duration))});
        if (!safety) return;
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("backup {} holds what was there before", *safety)});
        report.next_steps.push_back(is_undo_ ? "keel backup restore " + *safety
                                             : std::string("keel undo"));
    }

    std::string new_name_;  ///< empty: the environment's database is replaced
    bool is_undo_ = false;
    std::optional<Plan> plan_;
    Manifest manifest_;
    std::vector<TableContent> tables_;  ///< of the backup, without Keel's own
    CurrentState now_;
    std::vector<std::string> notices_;
};

/// Which restore it is depends on the backup, too.
class AnyRestore final : public Operation {
  public:
    explicit AnyRestore(const OptionValues& options) : options_(options) {}

    Plan plan(OperationContext& context) override {
        if (!chosen_) chosen_ = choose(context);
        return chosen_->plan(context);
    }
    void apply(OperationContext& context, Report& report) override {
        chosen_->apply(context, report);
    }
    void verify(OperationContext& context, Report& report) override {
        chosen_->verify(context, report);
    }

  private:
    std::unique_ptr<Operation> choose(OperationContext& context) const {
        std::optional<std::string> wanted;
        if (options_.has("id")) wanted = options_.text("id");
        RestoreChoice choice = choose_for_restore(context, wanted);
        if (names_tables(options_) || is_of_tables(choice.manifest.content))
            return make_restore_of_tables(options_, std::move(choice));
        return std::make_unique<Restore>(options_, std::move(choice));
    }

    OptionValues options_;
    std::unique_ptr<Operation> chosen_;
};

}  // namespace

std::unique_ptr<Operation> make_backup_restore(const OptionValues& options) {
    return std::make_unique<AnyRestore>(options);
}

std::unique_ptr<Operation> make_restore_of(std::string id) {
    OptionValues options;
    options.set("id", std::move(id));
    return std::make_unique<AnyRestore>(options);
}

std::unique_ptr<Operation> make_undo(const OptionValues& options) {
    return std::make_unique<AnyRestore>(options);
}

}  // namespace keel
