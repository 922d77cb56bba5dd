#include "ops/migrate/own_transactions.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "db/sql_words.hpp"

namespace keel {
namespace {

enum class Control { begin, commit, rollback, savepoint };

/// What a statement does to the transaction; nothing for any other statement.
std::optional<Control> control_of(const Statement& statement, const Engine& engine) {
    if (!engine.dialect().controls_transaction(statement.text)) return std::nullopt;
    const auto words = sql_words(statement.text);
    if (words.empty() || has_word(words, "prepared")) return std::nullopt;
    const std::string& verb = words.front();
    if (verb == "begin" || verb == "start") return Control::begin;
    if (verb == "commit" || verb == "end") return Control::commit;
    if (verb == "savepoint" || verb == "release") return Control::savepoint;
    // "rollback to savepoint" stays inside.
    if (verb == "rollback" && has_word(words, "to")) return Control::savepoint;
    if (verb == "rollback" || verb == "abort") return Control::rollback;
    return std::nullopt;
}

Error rolls_back(const Script& script, const Statement& statement) {
    return Error(ErrorKind::invalid_input, "the migration rolls itself back")
        .with_hint("remove the ROLLBACK and what it undoes; keel rolls back when a statement fails")
        .at(script.locate(statement));
}

}  // namespace

void settle_own_transactions(Script& script, const Engine& engine) {
    std::vector<Statement> kept;
    for (const Statement& statement : script.statements) {
        const auto control = control_of(statement, engine);
        if (control == Control::rollback) throw rolls_back(script, statement);
        if (control == Control::begin || control == Control::commit) continue;
        kept.push_back(statement);
        kept.back().number = static_cast<int>(kept.size());
    }
    if (kept.size() == script.statements.size()) return;
    script.statements = std::move(kept);
    script.transaction = true;
}

void settle_verify_transactions(std::vector<Statement>& statements, const Engine& engine) {
    std::vector<Statement> settled;
    bool is_open = false;
    for (Statement statement : statements) {
        const auto control = control_of(statement, engine);
        const bool ends = control == Control::rollback || control == Control::commit;
        if (ends && !is_open) continue;
        if (control == Control::begin) statement.text = "savepoint keel_verify";
        if (control == Control::rollback) statement.text = "rollback to savepoint keel_verify";
        if (control == Control::commit) statement.text = "release savepoint keel_verify";
        is_open = (is_open && !ends) || control == Control::begin;
        settled.push_back(statement);
    }
    statements = std::move(settled);
}

}  // namespace keel
