#include "ops/health/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "ops/health/checkup.hpp"

namespace keel {

namespace {

/// The mark of a line that is shown; unknown is marked like a warning, because it is no comfort.
Mark mark_of(CheckStatus status) {
    switch (status) {
        case CheckStatus::ok:
            return Mark::ok;
        case CheckStatus::warn:
        case CheckStatus::unknown:
            return Mark::warning;
        case CheckStatus::fail:
            return Mark::failure;
        case CheckStatus::skipped:
            return Mark::skipped;
    }
    return Mark::warning;
}

std::string line_of(const HealthCheck& check) {
    const auto word = check.status == CheckStatus::unknown ? "unknown: " : "";
    return fmt::format("{:<24} {}{}", check.name, word, check.message);
}

std::string summary_of(const HealthChecks& checks) {
    std::vector<std::string> parts;
    const auto add = [&](CheckStatus status, std::string_view singular, std::string_view plural) {
        const auto count = static_cast<std::uint64_t>(checks.count(status));
        if (count > 0) parts.push_back(count_of(count, singular, plural));
    };
    add(CheckStatus::fail, "failure", "failures");
    add(CheckStatus::warn, "warning", "warnings");
    add(CheckStatus::unknown, "unknown", "unknown");
    add(CheckStatus::ok, "ok", "ok");
    add(CheckStatus::skipped, "that does not apply", "that do not apply");
    return join(parts, ", ");
}

void describe(const HealthChecks& checks, Report& report) {
    for (const auto& check : checks.all()) {
        // What does not apply here would only hide what does.
        if (check.status == CheckStatus::skipped) continue;
        report.body.emplace_back(MarkedLine{mark_of(check.status), line_of(check)});
        if (check.status == CheckStatus::ok) continue;
        if (!check.fix.empty()) report.body.emplace_back(Paragraph{"  " + check.fix});
        const bool is_new =
            std::ranges::find(report.next_steps, check.command) == report.next_steps.end();
        if (!check.command.empty() && is_new) report.next_steps.push_back(check.command);
    }
    report.body.emplace_back(Paragraph{summary_of(checks)});
}

void describe_environment(Checkup& checkup, Report& report) {
    if (!checkup.has_environment) return;
    const auto& environment = checkup.context.environment();
    report.environment = environment.name;
    report.engine = to_string(environment.url.engine());
    report.is_protected = checkup.is_protected();
}

}  // namespace

void run_doctor(OperationContext& context, const OptionValues&, Report& report) {
    Checkup checkup{.context = context};
    for (const auto group :
         {check_configuration, check_file_permissions, check_engine, check_database,
          check_migrations, check_backups, check_storage, check_leftovers, check_audit}) {
        context.context().check_cancelled("doctor");
        group(checkup);
    }
    describe_environment(checkup, report);

    const auto& checks = checkup.checks;
    Json list = Json::array();
    for (const auto& check : checks.all()) list.push_back(to_json(check));
    report.result.set("checks", std::move(list)).set("status", to_string(checks.worst()));
    report.has_findings = checks.worst() == CheckStatus::fail;
    describe(checks, report);
}

}  // namespace keel
