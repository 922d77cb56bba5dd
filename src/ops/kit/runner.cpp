#include "ops/kit/runner.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "ops/kit/audit_anchor.hpp"
#include "ops/kit/guard.hpp"
#include "ops/kit/planned_run.hpp"
#include "ops/kit/schema_keeper.hpp"

namespace keel {
namespace {

/// One run of a changing operation: the steps of the Runner's order, each a function.
class Change {
  public:
    Change(Operation& operation, OperationContext& context, Interaction& interaction,
           Report& report)
        : operation_(operation), context_(context), interaction_(interaction), report_(report) {}

    void run() {
        refuse_protected_in_tests(request());
        operation_.prepare(context_);
        refuse_impossible();
        plan_ = operation_.plan(context_);
        if (context_.invocation().plan_request) return write_plan();
        if (context_.invocation().dry_run) return report_plan(plan_, report_);
        if (plan_.empty()) return operation_.nothing_to_do(context_, report_);
        refuse_other_than_planned(context_, plan_);
        guard(request(), interaction_);
        lock_and_plan_again();
        if (plan_.empty()) return operation_.nothing_to_do(context_, report_);
        audited([this] {
            stamp();
            take_safety_backup();
            operation_.apply(context_, report_);
            operation_.verify(context_, report_);
        });
        keep_schema();
    }

  private:
    const OperationSpec& spec() const { return context_.spec(); }
    bool has_environment() const { return spec().needs == Needs::environment; }
    bool works_on_database() const { return has_environment() && spec().opens_database; }
    bool changes_database() const { return works_on_database() && spec().effect != Effect::read; }

    GuardRequest request() {
        const auto name = [&] {
            if (!has_environment()) return std::string();
            return lowers_protection_ ? context_.marker().marker->environment
                                      : context_.choice().name;
        };
        return {.spec = spec(),
                .invocation = context_.invocation(),
                .environment = name(),
                .is_protected = has_environment() && context_.is_known_protected(),
                .is_testing = context_.is_testing(),
                .has_plan_file = context_.invocation().plan_to_apply.has_value(),
                .plan = &plan_,
                .lowers_protection = lowers_protection_};
    }

    void refuse_impossible() {
        if (!works_on_database()) return;
        try {
            const auto& check = context_.marker();
            refuse_mismatch(spec(), check);
            lowers_protection_ = spec().ignores_marker && takes_protection_away(check);
        } catch (const Error& error) {
            if (!is_repairable(error)) throw;
            report_.warnings.push_back("the database cannot be read: " + error.message());
            return;
        }
        report_.is_protected = context_.is_protected();
        refuse_protected_in_tests(
            request());  // the marker may say so where the configuration did not
    }

    bool takes_protection_away(const MarkerCheck& check) {
        if (!check.marker || !check.marker->is_protected) return false;
        return check.state == MarkerState::mismatch ||
               (check.state == MarkerState::match && !context_.environment().is_protected);
    }

    void write_plan() {
        report_plan(plan_, report_);
        if (!plan_.empty()) save_plan(context_, plan_, report_);
    }

    void lock_and_plan_again() {
        if (!changes_database()) return;
        if (!connect_for_change() || !lock_and_check_marker()) return;
        const auto agreed = plan_.id();
        plan_ = operation_.plan(context_);
        if (plan_.empty()) return;
        refuse_other_than_planned(context_, plan_);
        if (plan_.id() == agreed || !context_.is_known_protected()) return;
        throw Error(ErrorKind::locked, "the plan changed while waiting for the lock")
            .with_hint("look at it again with --dry-run, then run the command again");
    }

    /// Whether the error says that the database cannot be read, and the operation is there to
    /// repair that.
    bool is_repairable(const Error& error) const {
        return spec().repairs &&
               (error.kind() == ErrorKind::invalid_input || error.kind() == ErrorKind::integrity);
    }

    /// False when there is no database and none is made, or when it cannot be read and the
    /// operation is there to repair it.
    bool connect_for_change() {
        try {
            if (spec().creates_database) context_.connection_or_create();
            return context_.connection_if_exists() != nullptr;
        } catch (const Error& error) {
            if (!is_repairable(error)) throw;
            return false;
        }
    }

    bool lock_and_check_marker() {
        try {
            context_.lock();
            context_.forget_marker();
            refuse_mismatch(spec(), context_.marker());
            return true;
        } catch (const Error& error) {
            if (!is_repairable(error)) throw;
            is_unreadable_ = true;
            return false;
        }
    }

    void stamp() {
        if (!changes_database() || spec().ignores_marker || !context_.is_connected()) return;
        if (is_unreadable_) return;
        const auto state = context_.marker().state;
        if (state != MarkerState::absent && state != MarkerState::moved) return;
        stamp_marker(context_.connection(), context_.engine(), context_.environment(),
                     context_.project().name(), false, context_.context().clock.now());
        context_.forget_marker();
    }

    void take_safety_backup() {
        const bool wanted = spec().takes_safety_backup || plan_.is_destructive() ||
                            plan_.backup == Plan::Backup::always;
        if (!wanted || !changes_database() || !context_.is_connected()) return;
        if (context_.services().safety_backup == nullptr) {
            throw Error(ErrorKind::internal, "no way to take a safety backup");
        }
        const std::string reason = fmt::format("safety: {}", spec().name);
        if (back_up_touched(reason)) return;
        try {
            context_.set_safety_backup(context_.services().safety_backup->create(context_, reason));
        } catch (const Error& error) {
            if (!is_repairable(error)) throw;
            report_.warnings.push_back("no safety backup could be taken of a damaged database: " +
                                       error.message());
        }
    }

    /// False when the whole database is to be backed up: because nobody asked for less, or because
    /// less is not possible.
    bool back_up_touched(const std::string& reason) {
        if (plan_.touched.empty() || context_.services().table_backups == nullptr) return false;
        try {
            const auto id =
                context_.services().table_backups->create(context_, plan_.touched, reason);
            if (id) context_.set_safety_backup(*id, true);
            return true;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::unsupported) throw;
            report_.warnings.push_back(
                fmt::format("the whole database is backed up: {}", error.message()));
            return false;
        }
    }

    /// What was done is done: a file that cannot be brought in step is told.
    void keep_schema() {
        const bool changes_schema =
            spec().effect == Effect::schema || spec().effect == Effect::destructive;
        if (!changes_schema || !works_on_database()) return;
        try {
            keep_schema_file(context_, report_);
        } catch (const Error& error) {
            report_.warnings.push_back("the declared schema's file was not brought in step: " +
                                       error.message());
        }
    }

    Json audit_entry(std::string_view event) {
        const auto& invocation = context_.invocation();
        Json entry = Json::object();
        entry.set("event", event).set("run", context_.run_id()).set("operation", spec().name);
        entry.set("effect", to_string(spec().effect)).set("command", invocation.command_line);
        entry.set("actor", invocation.actor.name).set("host", invocation.actor.host);
        entry.set("origin", to_string(invocation.origin));
        if (has_environment()) {
            entry.set("environment", context_.choice().name);
            entry.set("protected", context_.is_known_protected());
        }
        if (works_on_database()) entry.set("database", context_.environment().url.redacted());
        return entry;
    }

    template <typename Work>
    void audited(const Work& work) {
        auto log = context_.audit_log();
        log.append(audit_entry("intent").set("plan", plan_.id()));
        std::optional<Error> failure;
        try {
            work();
        } catch (const Error& error) {
            failure = error;
        }
        auto outcome = audit_entry("outcome");
        outcome.set("ok", !failure.has_value());
        outcome.set("exit_code", failure ? exit_code(failure->kind()) : 0);
        if (failure) outcome.set("error", failure->message());
        if (context_.safety_backup()) outcome.set("backup", *context_.safety_backup());
        record_outcome(log, outcome);
        if (failure) throw *failure;
    }

    /// What was done is done: an outcome that cannot be written is told, not taken for a failure.
    void record_outcome(AuditLog& log, const Json& outcome) {
        try {
            anchor(log.append(outcome));
        } catch (const Error& error) {
            report_.warnings.push_back("the outcome is missing in the audit log: " +
                                       error.message());
        }
    }

    /// The head of the log is remembered in the database, so that cutting off its end is noticed.
    void anchor(const AuditHead& head) {
        if (!changes_database()) return;
        try {
            auto* connection = context_.connection_if_exists();
            if (connection == nullptr || !connection->is_usable() || connection->in_transaction())
                return;
            write_audit_anchor(*connection, context_.engine(), head);
        } catch (const Error& error) {
            report_.warnings.push_back(
                "the audit log's head could not be written to the database: " + error.message());
        }
    }

    Operation& operation_;
    OperationContext& context_;
    Interaction& interaction_;
    Report& report_;
    Plan plan_;
    /// The database says it is a protected environment, and the operation would make it another or
    /// an unprotected one: then the name to type is the one that it bears now.
    bool lowers_protection_ = false;
    bool is_unreadable_ = false;
};

void describe_environment(OperationContext& context, Report& report, Interaction& interaction) {
    if (context.spec().needs != Needs::environment) return;
    report.environment = context.choice().name;
    report.is_protected = context.is_known_protected();
    report.engine = to_string(context.environment().url.engine());
    for (const auto& warning : context.project().warnings()) report.warnings.push_back(warning);
    if (!report.is_protected) return;
    interaction.banner(fmt::format("{} is a protected environment: {} ({})", report.environment,
                                   context.environment().url.redacted(), report.engine));
}

/// What became known while the operation read.
void complete_environment(OperationContext& context, Report& report) {
    if (context.spec().needs == Needs::environment) {
        report.is_protected = context.is_known_protected();
    } else if (const auto name = context.known_environment()) {
        report.environment = *name;
        report.is_protected = context.is_known_protected();
    }
}

}  // namespace

Runner::Runner(const EngineSet& engines, const Services& services, EnvironmentReader variables,
               Interaction& interaction)
    : engines_(engines),
      services_(services),
      variables_(std::move(variables)),
      interaction_(interaction) {}

Report Runner::run(const OperationEntry& entry, const Invocation& invocation,
                   const Context& context) {
    const Stopwatch watch;
    Report report;
    report.command = entry.spec->name;
    try {
        OperationContext operation_context({.invocation = invocation,
                                            .spec = *entry.spec,
                                            .engines = engines_,
                                            .services = services_,
                                            .variables = variables_,
                                            .context = context,
                                            .interaction = &interaction_});
        describe_environment(operation_context, report, interaction_);
        if (entry.read != nullptr) {
            entry.read(operation_context, invocation.options, report);
            complete_environment(operation_context, report);
        } else {
            const auto operation = entry.make(invocation.options);
            Change(*operation, operation_context, interaction_, report).run();
        }
    } catch (const Error& error) {
        report.error = error;
    } catch (const std::exception& error) {
        report.error = Error(ErrorKind::internal, error.what());
    }
    if (report.error && context.stop.stop_requested() && report.error->kind() == ErrorKind::sql) {
        report.error->set_kind(ErrorKind::cancelled);
    }
    report.duration = watch.elapsed();
    return report;
}

}  // namespace keel
