#include "ops/migrate/verify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/migrate/code_migrations.hpp"
#include "ops/migrate/fingerprint.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/sources.hpp"
#include "ops/migrate/standing.hpp"
#include "ops/migrate/verify_section.hpp"

namespace keel {
namespace {

/// What became of one applied migration.
struct Verdict {
    const AppliedEntry* entry = nullptr;
    std::size_t queries = 0;            ///< that were asked
    std::vector<std::string> problems;  ///< none: it is as it should be
    std::string not_asked;              ///< why its queries were not, or empty

    std::string label() const { return migration_label(entry->row.version, entry->row.name); }
};

std::string placed(const Error& error) {
    const SourcePosition& where = error.where();
    if (where.file.empty()) return error.message();
    return where.line > 0 ? fmt::format("{}:{}: {}", where.file, where.line, error.message())
                          : fmt::format("{}: {}", where.file, error.message());
}

/// The session cannot write, and the query wanted to.
bool wanted_to_write(const Error& error) {
    if (!error.sql()) return false;
    const std::string& state = error.sql()->state;
    return state == "25006" || state.starts_with("SQLITE_READONLY") ||
           state.starts_with("SQLITE_AUTH");
}

/// What the query looks at is not there (any more).
bool missed_something(const Error& error) {
    if (!error.sql()) return false;
    const std::string& state = error.sql()->state;
    return state == "42P01" || state == "42703" || state == "42883" || state == "42704" ||
           state == "3F000" || error.message().starts_with("no such ");
}

void compare_with_file(Verdict& verdict) {
    const AppliedEntry& entry = *verdict.entry;
    if (entry.is_unfinished()) {
        verdict.problems.push_back(unfinished_state(entry.row));
    } else if (entry.is_changed()) {
        verdict.problems.push_back(
            fmt::format("edited after it was applied: {}", entry.file->file.native()));
    } else if (entry.is_missing()) {
        verdict.problems.emplace_back("applied, but its file is gone");
    }
}

/// Why the queries that failed prove nothing, or empty. Later migrations may remove what an earlier
/// one was verified by.
std::string excuse_for(const Error& error, bool is_newest) {
    if (wanted_to_write(error)) return "its verify queries write, which this command does not";
    if (missed_something(error) && !is_newest)
        return fmt::format("what its verify queries look at is no longer there ({})",
                           error.message());
    return {};
}

/// Only of what is applied by the very file that is there: another file's queries prove nothing.
bool has_queries_to_ask(const AppliedEntry& entry) {
    return entry.file != nullptr && entry.row.state == MigrationState::applied &&
           !entry.is_changed() && !entry.is_replaced_by_file() && entry.file->problem.empty();
}

void ask_queries(OperationContext& context, Verdict& verdict, bool is_newest) {
    if (!has_queries_to_ask(*verdict.entry)) return;
    try {
        const Script script = compile_script(*verdict.entry->file, Direction::up, context.engine());
        const bool is_code = script.migration->code && script.migration->code->verify;
        verdict.queries = script.verify.size() + (is_code ? 1 : 0);
        run_verify(context.connection(), script);
        if (is_code) verify_code(make_run(context), context.connection(), script);
    } catch (const Error& error) {
        const bool is_answer = error.kind() == ErrorKind::sql || error.sql().has_value() ||
                               error.kind() == ErrorKind::constraint ||
                               error.kind() == ErrorKind::invalid_input;
        if (!is_answer) throw;
        verdict.not_asked = excuse_for(error, is_newest);
        if (verdict.not_asked.empty())
            verdict.problems.push_back(placed(error));
        else
            verdict.queries = 0;
    }
}

std::vector<const Migration*> out_of_order(const Standing& standing) {
    std::vector<const Migration*> older;
    if (standing.newest.empty()) return older;
    std::copy_if(standing.pending.begin(), standing.pending.end(), std::back_inserter(older),
                 [&](const Migration* migration) {
                     return migration->kind != MigrationKind::repeatable &&
                            standing.is_newer(standing.newest, migration->version);
                 });
    return older;
}

Json verdict_json(const Verdict& verdict) {
    Json problems = Json::array();
    for (const std::string& problem : verdict.problems) problems.push_back(problem);
    Json json = Json::object();
    json.set("version", verdict.entry->row.version).set("name", verdict.entry->row.name);
    json.set("ok", verdict.problems.empty());
    json.set("queries", static_cast<std::int64_t>(verdict.queries));
    json.set("not_asked", verdict.not_asked.empty() ? Json() : Json(verdict.not_asked));
    return json.set("problems", std::move(problems));
}

void tell(const Verdict& verdict, Report& report) {
    for (const std::string& problem : verdict.problems)
        report.body.emplace_back(
            MarkedLine{Mark::failure, fmt::format("{}: {}", verdict.label(), problem)});
    if (!verdict.not_asked.empty())
        report.body.emplace_back(
            MarkedLine{Mark::skipped, fmt::format("{}: {}", verdict.label(), verdict.not_asked)});
}

void tell_order(const std::vector<const Migration*>& older, const Standing& standing,
                Report& report) {
    Json versions = Json::array();
    for (const Migration* migration : older) {
        versions.push_back(migration->version);
        report.body.emplace_back(MarkedLine{
            Mark::warning,
            fmt::format("{} is not applied, and older than {}, which is",
                        migration_label(migration->version, migration->name), standing.newest)});
    }
    report.result.set("out_of_order", std::move(versions));
}

}  // namespace

void migrate_verify(OperationContext& context, const OptionValues&, Report& report) {
    const auto files = read_migrations_if_any(context);
    const auto rows = read_history(context);
    const Standing standing = compare(files, rows);
    Json migrations = Json::array();
    std::size_t bad = 0;
    std::size_t queries = 0;
    for (const AppliedEntry& entry : standing.applied) {
        context.context().check_cancelled("verify");
        Verdict verdict{.entry = &entry, .queries = 0, .problems = {}, .not_asked = {}};
        compare_with_file(verdict);
        ask_queries(context, verdict, &entry == &standing.applied.back());
        tell(verdict, report);
        if (!verdict.problems.empty()) ++bad;
        queries += verdict.queries;
        migrations.push_back(verdict_json(verdict));
    }
    const auto older = out_of_order(standing);
    tell_order(older, standing, report);
    const bool drift = !rows.empty() && has_drifted(context.connection(), context.engine());
    if (drift) {
        report.body.emplace_back(MarkedLine{
            Mark::failure, "the schema is not what the last migration left: somebody changed it"});
        report.next_steps.emplace_back("keel schema check");
    }
    const bool ok = bad == 0 && older.empty() && !drift;
    report.result.set("ok", ok).set("drift", drift).set("migrations", std::move(migrations));
    report.has_findings = !ok;
    if (ok)
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("{} verified, {} of their queries asked",
                                             count_migrations(standing.applied.size()), queries)});
}

}  // namespace keel
