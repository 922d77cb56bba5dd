#include "ops/health/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>

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
    const auto count = [&](CheckStatus status) { return checks.count(status); };
    return fmt::format("{} ok, {} warnings, {} failures, {} unknown, {} skipped",
                       count(CheckStatus::ok), count(CheckStatus::warn), count(CheckStatus::fail),
                       count(CheckStatus::unknown), count(CheckStatus::skipped));
}

bool is_command(std::string_view fix) {
    return fix.starts_with("keel ") || fix.starts_with("chmod ");
}

void describe(const HealthChecks& checks, Report& report) {
    for (const auto& check : checks.all()) {
        report.body.emplace_back(MarkedLine{mark_of(check.status), line_of(check)});
        const bool is_finding = check.status != CheckStatus::ok &&
                                check.status != CheckStatus::skipped && !check.fix.empty();
        if (!is_finding) continue;
        if (!is_command(check.fix)) {
            report.body.emplace_back(Paragraph{"      " + check.fix});
        } else if (std::ranges::find(report.next_steps, check.fix) == report.next_steps.end()) {
            report.next_steps.push_back(check.fix);
        }
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
