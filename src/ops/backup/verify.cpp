#include "ops/backup/verify.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/inspector.hpp"
#include "db/transaction.hpp"
#include "db/unpublished.hpp"
#include "model/manifest_scope.hpp"
#include "ops/backup/choose.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/restore_choice.hpp"
#include "ops/backup/store.hpp"

namespace keel {

namespace {

struct Outcome {
    Verification check;
    std::optional<Verification> drill;  ///< what restoring it said
    std::vector<std::string> remarks;   ///< what was in the database already when it was saved
};

/// How much of a backup is read.
struct Extent {
    std::uint64_t parts = 1;  ///< one of so many shares
    bool restores = false;
};

bool is_of_references(const Diagnostic& finding) {
    return finding.rule == "sqlite.foreign-key";
}

/// What was wrong in the database itself is saved with it, and no fault of the backup's.
bool is_of_the_source(const Diagnostic& finding) {
    return finding.severity != Severity::error || is_of_references(finding);
}

void sort_findings(const std::vector<Diagnostic>& findings, Verification& drill,
                   std::vector<std::string>& remarks) {
    for (const Diagnostic& finding : findings)
        (is_of_the_source(finding) ? remarks : drill.problems).push_back(finding.message);
}

/// Restores into a private database beside the environment's, compares rows and schema, has the
/// engine look through it, and throws it away. How long it took to have it back is the drill's
/// duration.
std::vector<Diagnostic> restore_and_discard(OperationContext& context, const Repository& repository,
                                            const Manifest& manifest, Verification& drill) {
    const Stopwatch stopwatch;
    const Engine& engine = context.engine();
    const auto streams = repository.streams(manifest);
    const Unpublished staged(engine.admin(), stage_backup(context, manifest, *streams));
    drill.duration_ms = stopwatch.elapsed().count();
    const auto connection = engine.connect({.url = (*staged).url,
                                            .read_only = false,
                                            .ignore_ambient = context.is_testing(),
                                            .application_name = "keel drill " + context.run_id()});
    const CancelOnStop cancel(context.context().stop, *connection);
    const std::string& wanted = manifest.content.schema_fingerprint;
    if (!wanted.empty() && engine.inspector().fingerprint(*connection) != wanted)
        drill.problems.emplace_back("the schema came back other than it was");
    const Transaction look(*connection);
    auto findings = engine.admin().check(*connection, true);
    // What the rows of some tables refer to was not saved with them.
    if (is_of_tables(manifest.content)) std::erase_if(findings, is_of_references);
    return findings;
}

/// Says what is wrong with the backup; any other failure comes through.
void drill(OperationContext& context, const Repository& repository, const Manifest& manifest,
           Outcome& outcome) {
    Verification drill{.at = {}, .how = "restored", .ok = false};
    drill.checked_bytes = outcome.check.checked_bytes;
    try {
        const auto findings = restore_and_discard(context, repository, manifest, drill);
        sort_findings(findings, drill, outcome.remarks);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::integrity) throw;
        drill.problems.push_back(error.message());
    }
    drill.ok = drill.problems.empty();
    drill.at = context.context().clock.now();
    outcome.drill = std::move(drill);
}

Outcome check_backup(OperationContext& context, Repository& repository, const Backup& backup,
                     const Extent& extent) {
    const bool is_sample = extent.parts > 1;
    Outcome outcome{.check = is_sample
                                 ? repository.verify_sample(backup, extent.parts, context.context())
                                 : repository.verify(backup, context.context())};
    repository.record(backup, outcome.check);
    if (!extent.restores || !outcome.check.ok) return outcome;
    drill(context, repository, backup.manifest, outcome);
    repository.record(backup, *outcome.drill);
    return outcome;
}

void report_outcome(const Backup& backup, const Outcome& outcome, Json& backups, Report& report) {
    const Verification& check = outcome.check;
    std::vector<std::string> problems = check.problems;
    if (outcome.drill)
        problems.insert(problems.end(), outcome.drill->problems.begin(),
                        outcome.drill->problems.end());
    const bool is_restored = outcome.drill && outcome.drill->ok;
    backups.push_back(
        Json::object()
            .set("id", backup.id)
            .set("ok", problems.empty())
            .set("checked_bytes", check.checked_bytes)
            .set("restored", is_restored)
            .set("recovery_ms", outcome.drill ? Json(outcome.drill->duration_ms) : Json())
            .set("problems", Json::from(problems))
            .set("remarks", Json::from(outcome.remarks)));
    std::string text = fmt::format("{}: {} {} in {}", backup.id, format_bytes(check.checked_bytes),
                                   check.how == "sample" ? "of it read" : "read back",
                                   format_duration(std::chrono::milliseconds(check.duration_ms)));
    if (is_restored)
        text += fmt::format(", and restored in {}",
                            format_duration(std::chrono::milliseconds(outcome.drill->duration_ms)));
    report.body.emplace_back(
        MarkedLine{problems.empty() ? Mark::ok : Mark::failure, std::move(text)});
    for (const std::string& problem : problems)
        report.body.emplace_back(MarkedLine{Mark::failure, problem});
    for (const std::string& remark : outcome.remarks)
        report.warnings.push_back(
            fmt::format("{}: the database was saved with this in it: {}", backup.id, remark));
    if (!problems.empty()) report.has_findings = true;
}

/// --sample PERCENT as a number of shares.
std::uint64_t parts_of(const OptionValues& options) {
    if (!options.has("sample")) return 1;
    const std::int64_t percent = options.integer("sample", 0);
    if (percent >= 1 && percent <= 100)
        return static_cast<std::uint64_t>((100 + percent - 1) / percent);
    throw Error(ErrorKind::usage, "--sample takes a whole number of percent, 1 to 100")
        .with_hint("keel backup verify --all --sample 5");
}

/// A trial restore makes a database beside the environment's: what cannot be, is said beforehand.
void refuse_impossible_restore(OperationContext& context, const Manifest& manifest) {
    const Environment& environment = context.environment();
    require_may_stage(context);
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
    const std::uint64_t parts = parts_of(options);
    Repository repository = open_repository(context);
    const Listing listing = repository.list();
    const auto wanted = asked_for(context, options, listing, report);
    const auto restorable = [&](const Backup& backup) { return restores && backup.is_readable(); };
    for (const Backup* backup : wanted) {
        if (restorable(*backup)) refuse_impossible_restore(context, backup->manifest);
    }
    Json backups = Json::array();
    for (const Backup* backup : wanted) {
        const Outcome outcome = check_backup(context, repository, *backup,
                                             {.parts = parts, .restores = restorable(*backup)});
        report_outcome(*backup, outcome, backups, report);
        report.result.set("backups", backups);
    }
    report.result.set("backups", backups).set("problems", Json::from(listing.problems));
    report_problems(listing, report);
    if (options.flag("all") && !listing.problems.empty()) report.has_findings = true;
}

}  // namespace keel
