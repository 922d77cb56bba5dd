// What a failure between the steps of a migration means, and what comes next.
#include <fmt/format.h>

#include "base/digest.hpp"
#include "db/lone_statement.hpp"
#include "db/sql_words.hpp"
#include "ops/migrate/settlement.hpp"
#include "ops/migrate/step_runner.hpp"

namespace keel {
namespace {

/// Refused before it began: a syntax error, a name that is not there or not allowed (SQLSTATE class
/// 42), or SQLite's general error. A block or a procedure may have committed before.
bool is_refused_at_start(const Error& error, std::string_view statement) {
    if (error.kind() != ErrorKind::sql || !error.sql()) return false;
    const std::string& state = error.sql()->state;
    const bool is_refusal = state.starts_with("42") || state == "SQLITE_ERROR";
    const auto words = sql_words(statement);
    const bool may_commit = !words.empty() && (words.front() == "do" || words.front() == "call");
    return is_refusal && !may_commit;
}

std::string how_far(const AppliedMigration& row, std::size_t total) {
    if (static_cast<std::size_t>(row.statements) >= total)
        return fmt::format("all {} statements are done", total);
    return fmt::format("statement {} of {}", row.statements + 1, total);
}

/// The part that holds the statement after the first `done`; null after the last.
const ScriptPart* part_after(const Script& script, std::size_t done) {
    for (const ScriptPart& part : script.parts)
        if (done < part.first + part.count) return &part;
    return nullptr;
}

/// Whether what became of the next part can be found out without asking anybody.
bool can_be_found_out(const Engine& engine, const Script& script, std::size_t done,
                      bool was_begun) {
    const ScriptPart* part = part_after(script, done);
    if (part == nullptr || !part->is_alone || script.idempotent || !script.probe.empty())
        return true;
    return !was_begun || engine.lone_statement(script.statements[part->first].text) != nullptr;
}

}  // namespace

std::string digest_of(const Script& script, std::size_t first, std::size_t count) {
    Digest digest;
    for (std::size_t i = first; i < first + count; ++i) {
        digest.update(script.statements[i].text);
        digest.update(";\n");
    }
    return digest.finish_hex();
}

bool can_go_on(const Engine& engine, const Script& script, const AppliedMigration& row,
               const std::vector<JournalStep>& steps) {
    if (script.transaction) return false;
    const auto done = static_cast<std::size_t>(row.statements);
    bool was_begun = false;
    for (const JournalStep& step : steps) {
        const auto first = static_cast<std::size_t>(step.statement) - 1;
        if (first >= done) {
            was_begun = was_begun || (first == done && step.attempts > 0);
            continue;
        }
        const ScriptPart* part = part_after(script, first);
        const bool is_same = part != nullptr && part->first == first &&
                             part->first + part->count <= done &&
                             digest_of(script, part->first, part->count) == step.digest;
        if (!is_same) return false;
    }
    return done <= script.statements.size() && can_be_found_out(engine, script, done, was_begun);
}

bool StepRunner::is_without_effect(const AppliedMigration& row, const Error& error) const {
    if (row.statements > 0 || has_batches_ || script_.parts.empty()) return false;
    if (!script_.parts.front().is_alone)
        return error.kind() != ErrorKind::in_doubt && error.kind() != ErrorKind::unreachable;
    return error.kind() == ErrorKind::cancelled
               ? error.where().statement == 0  // before the first one was sent
               : is_refused_at_start(error, script_.statements.front().text);
}

std::string StepRunner::way_on(const AppliedMigration& row) const {
    if (!can_be_found_out(run_.engine, script_, static_cast<std::size_t>(row.statements), true))
        return settlement_hint(row);
    if (!is_up())
        return fmt::format(
            "run keel migrate down again: it finds out whether statement {} is done and goes on "
            "from there; or say it: keel migrate repair {} --done, --retry or --abandon",
            row.statements + 1, row.version);
    if (static_cast<std::size_t>(row.statements) >= script_.statements.size())
        return "mend what the verify query complains of, then run keel migrate up again";
    return fmt::format(
        "mend what is wrong (statements before it must stay as they are), then run keel migrate "
        "up again: it finds out whether statement {} is done and goes on from there; or say it: "
        "keel migrate repair {} --done, --retry or --abandon",
        row.statements + 1, row.version);
}

void StepRunner::fail(AppliedMigration& row, Error error) {
    const bool is_untouched = is_without_effect(row, error);
    try {
        guard_.reset();
        Connection& connection = run_.connection();
        const History history(run_.engine);
        if (is_untouched) {
            history.remove(connection, row.sequence);
            journal_.forget(connection, row.sequence);
        }
        // A statement that was cancelled or lost may have had an effect: that row stays "running".
        const bool is_known =
            error.kind() == ErrorKind::sql || error.kind() == ErrorKind::constraint;
        if (!is_untouched && is_known && is_up()) {
            row.state = MigrationState::failed;
            history.update_progress(connection, row);
        }
    } catch (const Error& second) {
        error.add_trail(fmt::format("record that in the history: {}", second.message()));
    }
    error.add_trail(fmt::format("{} {}", is_up() ? "apply" : "undo", script_.label()));
    if (is_untouched) throw std::move(error);
    error.set_message(fmt::format("{}, without a transaction, is half done ({}): {}",
                                  script_.label(), how_far(row, script_.statements.size()),
                                  error.message()));
    error.set_kind(ErrorKind::partial);
    error.set_hint(way_on(row));
    throw std::move(error);
}

bool probe_says_done(Connection& connection, const Script& script) {
    const auto answer = connection.query_text(script.probe);
    return answer && *answer != "f" && *answer != "false" && *answer != "0";
}

}  // namespace keel
