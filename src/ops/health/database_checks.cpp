#include <fmt/format.h>

#include "base/text.hpp"
#include "db/admin.hpp"
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
                    .command = "keel db init"});
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
    if (findings.empty() && checkup.context.engine().kind() == EngineKind::postgres) {
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
            check.command = "keel env adopt";
            return check;
        case MarkerState::mismatch:
            check.status = CheckStatus::fail;
            check.command = "keel env adopt";
            return check;
    }
    return check;
}

/// What is done about a finding.
struct Remedy {
    std::string_view fix = {};
    std::string_view command = {};
};

HealthCheck finding(HealthCheck check, CheckStatus status, const Remedy& remedy) {
    check.status = status;
    check.fix = remedy.fix;
    check.command = remedy.command;
    return check;
}

/// A list of versions that should be empty.
HealthCheck list_check(HealthCheck problem, const std::vector<std::string>& found,
                       CheckStatus status, const Remedy& remedy) {
    problem.value = Json(found.size());
    if (!found.empty()) {
        problem.message += ": " + join(found, ", ");
        return finding(std::move(problem), status, remedy);
    }
    problem.message = "none";
    return problem;
}

HealthCheck bool_check(HealthCheck problem, bool found, CheckStatus status, const Remedy& remedy) {
    problem.value = Json(found);
    if (found) return finding(std::move(problem), status, remedy);
    problem.message = "no";
    return problem;
}

void judge_migrations(Checkup& checkup, const MigrationSummary& migrations) {
    auto& checks = checkup.checks;
    checks.add(bool_check({.name = "migrations.unfinished",
                           .message = "a migration was interrupted or failed half way"},
                          migrations.unfinished, CheckStatus::fail,
                          {.command = "keel migrate status"}));
    checks.add(list_check(
        {.name = "migrations.changed", .message = "edited after they were applied"},
        migrations.changed, CheckStatus::fail,
        {.fix = "put the files back as they were, and say what is new in a new migration"}));
    checks.add(
        list_check({.name = "migrations.missing", .message = "applied, but their files are gone"},
                   migrations.missing, CheckStatus::warn,
                   {.fix = "bring the files back from version control"}));
    checks.add(
        list_check({.name = "migrations.pending", .message = "not applied yet"}, migrations.pending,
                   CheckStatus::warn,
                   {.command = checkup.has_database() ? "keel migrate up" : "keel db init"}));
    checks.add(bool_check(
        {.name = "schema.drift", .message = "the schema is not what the last migration left"},
        migrations.drift, CheckStatus::warn, {.fix = "compare it with: keel inspect"}));
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
                   [&] { judge_migrations(checkup, migrator->summary(checkup.context)); });
}

}  // namespace keel
