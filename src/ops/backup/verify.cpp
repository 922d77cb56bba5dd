#include "ops/backup/verify.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/dumper.hpp"
#include "ops/backup/choose.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/store.hpp"

namespace keel {

namespace {

struct Outcome {
    Verification check;
    bool is_restored = false;
};

/// Restores into a private database beside the environment's, compares, and throws it away. Says
/// what is wrong with the backup; any other failure comes through.
void restore_and_discard(OperationContext& context, const Repository& repository,
                         const Manifest& manifest, Outcome& outcome) {
    const Engine& engine = context.engine();
    const auto streams = repository.streams(manifest);
    try {
        const StagedDatabase staged = engine.dumper().stage(
            manifest.content, *streams,
            {.target = context.environment().url, .run_id = context.run_id()}, context.context());
        outcome.is_restored = true;
        engine.admin().discard(staged);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::integrity) throw;
        outcome.check.ok = false;
        outcome.check.problems.push_back(error.message());
    }
}

Outcome check_backup(OperationContext& context, Repository& repository, const Backup& backup,
                     bool restores) {
    const Stopwatch stopwatch;
    Outcome outcome{.check = repository.verify(backup, context.context())};
    if (restores && outcome.check.ok) {
        restore_and_discard(context, repository, backup.manifest, outcome);
        if (outcome.is_restored) outcome.check.how = "restored";
        outcome.check.duration_ms = stopwatch.elapsed().count();
    }
    repository.record(backup, outcome.check);
    return outcome;
}

void report_outcome(const Backup& backup, const Outcome& outcome, Json& backups, Report& report) {
    const Verification& check = outcome.check;
    backups.push_back(Json::object()
                          .set("id", backup.id)
                          .set("ok", check.ok)
                          .set("checked_bytes", check.checked_bytes)
                          .set("restored", outcome.is_restored)
                          .set("problems", Json::from(check.problems)));
    std::string text =
        fmt::format("{}: {} read back", backup.id, format_bytes(check.checked_bytes));
    if (outcome.is_restored) text += " and restored";
    text += fmt::format(" in {}", format_duration(std::chrono::milliseconds(check.duration_ms)));
    report.body.emplace_back(MarkedLine{check.ok ? Mark::ok : Mark::failure, std::move(text)});
    for (const std::string& problem : check.problems) {
        report.body.emplace_back(MarkedLine{Mark::failure, problem});
    }
    if (!check.ok) report.has_findings = true;
}

/// A trial restore makes a database beside the environment's: what cannot be, is said beforehand.
void refuse_impossible_restore(OperationContext& context, const Manifest& manifest) {
    const Environment& environment = context.environment();
    if (context.is_testing() && context.is_known_protected()) {
        throw Error(
            ErrorKind::refused,
            fmt::format("this is a test run, and '{}' is protected: nothing may be restored "
                        "beside it",
                        environment.name))
            .with_hint("choose a test environment with -e, or unset KEEL_TESTING");
    }
    if (manifest.content.engine == environment.url.engine()) return;
    throw Error(ErrorKind::unsupported,
                fmt::format("backup {} is of {}, and '{}' is {}: it cannot be restored beside it",
                            manifest.id, to_string(manifest.content.engine), environment.name,
                            to_string(environment.url.engine())))
        .with_hint(
            fmt::format("choose an environment on {} with -e", to_string(manifest.content.engine)));
}

std::vector<const Backup*> asked_for(OperationContext& context, const OptionValues& options,
                                     const Listing& listing, Report& report) {
    std::vector<const Backup*> result;
    if (options.flag("all")) {
        for (const Backup& backup : listing.backups) result.push_back(&backup);
        return result;
    }
    const Chosen chosen = choose_backup(listing, options.text("id"), context.choice().name);
    if (!chosen.warning.empty()) report.warnings.push_back(chosen.warning);
    return {chosen.backup};
}

}  // namespace

void verify_backups(OperationContext& context, const OptionValues& options, Report& report) {
    if (options.flag("all") == options.has("id")) {
        throw Error(ErrorKind::usage, "say which backup to verify, or --all")
            .with_hint("keel backup verify latest");
    }
    const bool restores = options.flag("restore");
    Repository repository = open_repository(context);
    const Listing listing = repository.list();
    const auto wanted = asked_for(context, options, listing, report);
    const auto restorable = [&](const Backup& backup) { return restores && backup.is_readable(); };
    for (const Backup* backup : wanted) {
        if (restorable(*backup)) refuse_impossible_restore(context, backup->manifest);
    }
    Json backups = Json::array();
    for (const Backup* backup : wanted) {
        const Outcome outcome = check_backup(context, repository, *backup, restorable(*backup));
        report_outcome(*backup, outcome, backups, report);
        report.result.set("backups", backups);
    }
    report.result.set("backups", backups).set("problems", Json::from(listing.problems));
    report_problems(listing, report);
    if (options.flag("all") && !listing.problems.empty()) report.has_findings = true;
}

}  // namespace keel
