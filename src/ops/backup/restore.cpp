#include "ops/backup/restore.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/inspector.hpp"
#include "db/unpublished.hpp"
#include "ops/backup/choose.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/store.hpp"
#include "ops/kit/current_state.hpp"

namespace keel {

namespace {

class Restore final : public Operation {
  public:
    /// Nothing: the last safety backup.
    explicit Restore(std::optional<std::string> id) : wanted_(std::move(id)) {}

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
        Unpublished staged(
            engine.admin(),
            engine.dumper().stage(manifest_.content, *streams,
                                  {.target = context.environment().url, .run_id = context.run_id()},
                                  context.context()));
        stamp(context, *staged);
        context.context().check_cancelled("restoring");
        context.disconnect();
        context.forget_marker();
        engine.admin().publish(staged.release(), context.context());
        report_restored(context, stopwatch.elapsed(), report);
    }

    /// The database has been replaced by a copy that was compared as a whole before; what fails
    /// from here on cannot be called a failure that changed nothing.
    void verify(OperationContext& context, Report&) override {
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
        choose(context);
        now_ = read_current_state(context);
        Plan plan;
        plan.steps.push_back(
            {.step = fmt::format("restore backup {}", manifest_.id),
             .detail = fmt::format("of '{}', made {} UTC, into '{}' ({})", manifest_.environment,
                                   time_text(manifest_.created_at), context.choice().name,
                                   context.environment().url.redacted())});
        note_origin(context);
        for (const std::string& notice : notices_) {
            plan.steps.push_back({.step = "note", .detail = notice});
        }
        plan.steps.push_back({.step = "replace the whole database",
                              .detail = "by " + size_text(tables_),
                              .destructive = true,
                              .figures = compare(now_, tables_, "the backup")});
        return plan;
    }

    void choose(OperationContext& context) {
        const Listing listing = open_repository(context).list();
        const Chosen chosen = wanted_
                                  ? choose_backup(listing, *wanted_, context.active_choice().name)
                                  : choose_undo(listing, context.choice().name);
        if (!chosen.warning.empty()) notices_.push_back(chosen.warning);
        const Backup& backup = *chosen.backup;
        if (backup.is_closed) {
            throw Error(ErrorKind::config, "this key may write backups, and not read them")
                .with_hint("restore with the passphrase, or a key file that may read");
        }
        if (backup.state == BackupState::damaged) {
            throw Error(ErrorKind::integrity, fmt::format("backup {} is damaged: {}", backup.id,
                                                          join(backup.problems, "; ")))
                .with_hint("choose another: keel backup list");
        }
        manifest_ = backup.manifest;
        tables_ = user_tables(context, manifest_.content);
        const EngineKind engine = context.environment().url.engine();
        if (manifest_.content.engine == engine) return;
        throw Error(ErrorKind::unsupported,
                    fmt::format("backup {} is of {}, and '{}' is {}", manifest_.id,
                                to_string(manifest_.content.engine), context.choice().name,
                                to_string(engine)))
            .with_hint("restore it into an environment of its own engine (--to)");
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
        const bool is_new = manifest_.environment != environment.name || is_other_instance();
        stamp_marker(*connection, engine, environment, context.project().name(), is_new,
                     context.context().clock.now(), now_.location);
        // A backup from before the database was stamped is of the one that is there all the same.
        if (is_new || !manifest_.instance_id.empty() || now_.instance_id.empty()) return;
        write_meta(*connection, engine, "instance_id", now_.instance_id);
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
        report.body.emplace_back(MarkedLine{
            Mark::ok,
            fmt::format("restored backup {} into '{}': {} in {}", manifest_.id,
                        context.choice().name, size_text(tables_), format_duration(duration))});
        if (!safety) return;
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("backup {} holds what was there before", *safety)});
        report.next_steps.push_back(wanted_ ? std::string("keel undo")
                                            : "keel backup restore " + *safety);
    }

    std::optional<std::string> wanted_;
    std::optional<Plan> plan_;
    Manifest manifest_;
    std::vector<TableContent> tables_;  ///< of the backup, without Keel's own
    CurrentState now_;
    std::vector<std::string> notices_;
};

}  // namespace

std::unique_ptr<Operation> make_backup_restore(const OptionValues& options) {
    return std::make_unique<Restore>(options.text("id"));
}

std::unique_ptr<Operation> make_undo(const OptionValues&) {
    return std::make_unique<Restore>(std::nullopt);
}

}  // namespace keel
