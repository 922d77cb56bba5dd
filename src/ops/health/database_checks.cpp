#include <fmt/format.h>

#include "base/text.hpp"
#include "ops/health/checkup.hpp"

namespace keel {

namespace {

constexpr std::string_view out_of_reach = "the database cannot be asked";

void check_reachable(Checkup& checkup) {
    auto& context = checkup.context;
    auto& checks = checkup.checks;
    const Stopwatch stopwatch;
    try {
        checkup.connection = context.connection_if_exists();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        checks.add({.name = "database.reachable",
                    .status = CheckStatus::fail,
                    .message = error.message(),
                    .fix = error.hint()});
        return;
    }
    checkup.is_reachable = true;
    const auto latency = stopwatch.elapsed();
    if (!checkup.connection) {
        checks.add({.name = "database.reachable",
                    .status = CheckStatus::warn,
                    .message = "the database does not exist yet",
                    .fix = "keel db init"});
        return;
    }
    checks.ok("database.reachable", fmt::format("connected in {}", format_duration(latency)),
              Json(latency.count()));
}

void check_server(Checkup& checkup) {
    auto& context = checkup.context;
    auto& checks = checkup.checks;
    checkup.server = context.engine().admin().info(*checkup.connection);
    checks.ok("database.version",
              fmt::format("{} {}", context.engine().name(), checkup.server->version),
              checkup.server->version);
}

void check_tools(Checkup& checkup) {
    const auto findings = checkup.context.engine().diagnose_server(*checkup.connection);
    for (const auto& finding : findings) checkup.checks.add(finding);
    if (findings.empty()) {
        checkup.checks.ok("engine.tools", "the tools on this machine can work with the server");
    }
}

HealthCheck marker_check(const MarkerCheck& marker) {
    HealthCheck check{.name = "database.marker", .message = marker.explanation};
    switch (marker.state) {
        case MarkerState::match:
            check.message = "the database says it is this environment's";
            return check;
        case MarkerState::absent:
            check.status = CheckStatus::skipped;
            check.message = "not marked yet; the first change does it";
            return check;
        case MarkerState::moved:
            check.message += "; the next change marks it anew";
            return check;
        case MarkerState::copy:
            check.status = CheckStatus::warn;
            check.fix = "keel env adopt";
            return check;
        case MarkerState::mismatch:
            check.status = CheckStatus::fail;
            check.fix = "keel env adopt";
            return check;
    }
    return check;
}

/// One line for a list of versions that should be empty.
HealthCheck list_check(std::string name, const std::vector<std::string>& found, CheckStatus status,
                       std::string_view problem) {
    HealthCheck check{.name = std::move(name), .message = "none", .value = Json(found.size())};
    if (found.empty()) return check;
    check.status = status;
    check.message = fmt::format("{}: {}", problem, join(found, ", "));
    return check;
}

HealthCheck with_fix(HealthCheck check, std::string_view fix) {
    if (check.status != CheckStatus::ok) check.fix = fix;
    return check;
}

HealthCheck bool_check(std::string name, bool found, CheckStatus status, std::string_view problem) {
    HealthCheck check{.name = std::move(name), .message = "no", .value = Json(found)};
    if (!found) return check;
    check.status = status;
    check.message = problem;
    return check;
}

void judge_migrations(HealthChecks& checks, const MigrationSummary& migrations) {
    checks.add(
        with_fix(bool_check("migrations.unfinished", migrations.unfinished, CheckStatus::fail,
                            "a migration was interrupted or failed half way"),
                 "keel migrate status"));
    checks.add(with_fix(list_check("migrations.changed", migrations.changed, CheckStatus::fail,
                                   "edited after they were applied"),
                        "put the files back as they were, or add a new migration"));
    checks.add(with_fix(list_check("migrations.missing", migrations.missing, CheckStatus::warn,
                                   "applied, but their files are gone"),
                        "bring the files back from version control"));
    checks.add(with_fix(
        list_check("migrations.pending", migrations.pending, CheckStatus::warn, "not applied yet"),
        "keel migrate up"));
    checks.add(with_fix(bool_check("schema.drift", migrations.drift, CheckStatus::warn,
                                   "the schema is not what the last migration left"),
                        "compare it with: keel inspect"));
}

}  // namespace

void check_database(Checkup& checkup) {
    if (!checkup.has_environment) return;
    auto& checks = checkup.checks;
    check_reachable(checkup);
    if (!checkup.has_database()) {
        checks.skip("database.marker", std::string(out_of_reach));
        return;
    }
    checks.attempt("database.version", [&] { check_server(checkup); });
    checks.attempt("engine.tools", [&] { check_tools(checkup); });
    checks.attempt("database.marker", [&] { checks.add(marker_check(checkup.context.marker())); });
}

void check_migrations(Checkup& checkup) {
    if (!checkup.has_environment) return;
    auto& checks = checkup.checks;
    auto* migrator = checkup.context.services().migrator;
    if (!migrator || !checkup.is_reachable) {
        checks.skip("migrations", std::string(out_of_reach));
        return;
    }
    checks.attempt("migrations",
                   [&] { judge_migrations(checks, migrator->summary(checkup.context)); });
}

}  // namespace keel
