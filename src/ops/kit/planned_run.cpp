#include "ops/kit/planned_run.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/version.hpp"
#include "db/inspector.hpp"
#include "ops/kit/approval.hpp"

namespace keel {

namespace {

bool works_on_database(const OperationSpec& spec) {
    return spec.needs == Needs::environment && spec.opens_database;
}

/// Nothing when the operation does not look at a database, or there is none yet.
Connection* database_of(OperationContext& context) {
    return works_on_database(context.spec()) ? context.connection_if_exists() : nullptr;
}

std::string environment_of(OperationContext& context) {
    return context.spec().needs == Needs::environment ? context.choice().name : std::string();
}

std::string instance_of(OperationContext& context) {
    if (database_of(context) == nullptr) return {};
    const auto& marker = context.marker().marker;
    return marker ? marker->instance_id : std::string();
}

PlanFile describe(OperationContext& context, const Plan& plan) {
    const auto& invocation = context.invocation();
    PlanFile file;
    file.operation = context.spec().name;
    file.options = invocation.options.all();
    file.command_line = invocation.command_line;
    file.environment = environment_of(context);
    file.plan = plan;
    file.author = invocation.actor.name;
    file.keel_version = version();
    if (context.spec().needs == Needs::environment) {
        file.engine = to_string(context.environment().url.engine());
        file.database = context.environment().url.redacted();
    }
    if (auto* connection = database_of(context)) {
        file.instance_id = instance_of(context);
        file.fingerprint = context.engine().inspector().fingerprint(*connection);
        file.outline = outline_of(context.engine().inspector().inspect(*connection, {}));
    }
    return file;
}

PlanSituation situation(OperationContext& context, const PlanFile& file, const Plan& plan) {
    PlanSituation now{.environment = environment_of(context),
                      .instance_id = instance_of(context),
                      .fingerprint = {},
                      .outline = {},
                      .plan = plan,
                      .now = context.context().clock.now()};
    auto* connection = database_of(context);
    if (connection == nullptr) return now;
    now.fingerprint = context.engine().inspector().fingerprint(*connection);
    if (now.fingerprint != file.fingerprint) {
        now.outline = outline_of(context.engine().inspector().inspect(*connection, {}));
    }
    return now;
}

}  // namespace

void report_plan(const Plan& plan, Report& report) {
    Json steps = Json::array();
    for (const auto& step : plan.steps) {
        Json entry = Json::object();
        entry.set("step", step.step).set("detail", step.detail);
        entry.set("destructive", step.destructive);
        if (!step.figures.empty()) entry.set("figures", Json::from(step.figures));
        steps.push_back(std::move(entry));
        report.body.push_back(
            MarkedLine{step.destructive ? Mark::warning : Mark::ok,
                       step.detail.empty() ? step.step : step.step + ": " + step.detail});
        for (const auto& line : step.figures) report.body.push_back(Paragraph{"    " + line});
    }
    if (plan.empty()) report.body.push_back(Paragraph{"nothing to do"});
    report.result.set("plan", std::move(steps)).set("plan_id", plan.id());
}

void save_plan(OperationContext& context, const Plan& plan, Report& report) {
    const auto& request = *context.invocation().plan_request;
    auto file = describe(context, plan);
    std::chrono::milliseconds lifetime = ApprovalSettings().plan_lifetime;
    int approvals = 0;
    if (context.spec().needs == Needs::environment) {
        lifetime = context.environment().approvals.plan_lifetime;
        approvals = context.environment().approvals.required;
    }
    file.created_at = context.context().clock.now();
    file.expires_at = file.created_at + request.lifetime.value_or(lifetime);
    write_plan_file(request.output, file);
    report.result.set("file", request.output.native()).set("hash", file.hash());
    report.result.set("expires_at", format_utc(file.expires_at));
    report.result.set("approvals_required", approvals);
    report.body.push_back(
        Paragraph{fmt::format("plan written to {}, valid until {}", request.output.native(),
                              format_utc(file.expires_at))});
    if (approvals > 0) {
        report.next_steps.push_back(fmt::format("keel approve {}", request.output.native()));
    }
    report.next_steps.push_back(fmt::format("keel apply {}", request.output.native()));
}

void refuse_other_than_planned(OperationContext& context, const Plan& plan) {
    const auto& planned = context.invocation().plan_to_apply;
    if (planned) refuse_moved_plan(planned->plan, situation(context, planned->plan, plan));
    if (planned && context.spec().needs == Needs::environment) {
        refuse_unapproved(planned->path, planned->plan, context.environment().approvals);
    }
}

Invocation planned_invocation(const std::filesystem::path& path, const Invocation& request) {
    Invocation invocation = request;
    auto file = read_plan_file(path);
    invocation.operation = file.operation;
    invocation.options = OptionValues();
    for (const auto& [name, value] : file.options) invocation.options.set(name, value);
    if (!invocation.overrides.environment && !file.environment.empty()) {
        invocation.overrides.environment = file.environment;
    }
    invocation.plan_to_apply = PlanToApply{.path = path, .plan = std::move(file)};
    return invocation;
}

}  // namespace keel
