#include "ops/migrate/script_parts.hpp"

#include <algorithm>

#include "db/sql_words.hpp"

namespace keel {
namespace {

/// A DO block, or (where the caller says that no transaction is wanted) a procedure, that may
/// commit.
bool may_commit(std::string_view statement, bool separately) {
    const auto words = sql_words(statement);
    if (words.empty()) return false;
    if (words.front() == "call") return separately;
    if (words.front() != "do") return false;
    const std::size_t quote = statement.find_first_of("$'");
    if (quote == std::string_view::npos) return false;
    const std::size_t body = statement.find(statement[quote], quote + 1);
    if (body == std::string_view::npos) return false;
    const auto inner = sql_words(statement.substr(body + 1));
    return has_word(inner, "commit") || has_word(inner, "rollback");
}

/// The label, with its quotes, that ALTER TYPE … ADD VALUE adds; empty for other statements.
std::string_view added_label(std::string_view statement) {
    const auto words = sql_words(statement);
    const bool adds = !words.empty() && words.front() == "alter" && has_word(words, "type") &&
                      has_sequence(words, {"add", "value"});
    if (!adds) return {};
    const std::size_t begin = statement.find('\'');
    const std::size_t end =
        begin == std::string_view::npos ? begin : statement.find('\'', begin + 1);
    if (end == std::string_view::npos) return {};
    return statement.substr(begin, end + 1 - begin);
}

/// PostgreSQL lets nobody use an enum's new value before the transaction that adds it has ended.
bool must_end_before_others(const std::vector<Statement>& statements, std::size_t index) {
    const std::string_view label = added_label(statements[index].text);
    if (label.empty()) return false;
    return std::any_of(statements.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                       statements.end(), [&](const Statement& later) {
                           return later.text.find(label) != std::string_view::npos &&
                                  added_label(later.text) != label;
                       });
}

bool is_alone(const Statement& statement, const Dialect& dialect, bool separately) {
    return dialect.needs_no_transaction(statement.text) || may_commit(statement.text, separately);
}

}  // namespace

bool needs_parts(const std::vector<Statement>& statements, const Dialect& dialect) {
    for (std::size_t i = 0; i < statements.size(); ++i) {
        if (is_alone(statements[i], dialect, false)) return true;
        if (must_end_before_others(statements, i)) return true;
    }
    return false;
}

std::vector<ScriptPart> cut_into_parts(const std::vector<Statement>& statements,
                                       const std::set<std::size_t>& backfills,
                                       const Dialect& dialect, bool separately) {
    std::vector<ScriptPart> parts;
    bool may_join = false;
    for (std::size_t i = 0; i < statements.size(); ++i) {
        const bool batched = backfills.contains(i);
        const bool alone = !batched && is_alone(statements[i], dialect, separately);
        if (may_join && !alone && !batched) {
            ++parts.back().count;
        } else {
            parts.push_back({.first = i, .count = 1, .is_alone = alone, .is_backfill = batched});
        }
        may_join = !separately && !alone && !batched && !must_end_before_others(statements, i);
    }
    return parts;
}

bool changes_session(std::string_view statement) {
    const auto words = sql_words(statement);
    if (words.empty()) return false;
    const std::string& verb = words.front();
    if (verb == "pragma" || verb == "reset") return true;
    if (verb == "select") return has_word(words, "set_config");
    if (verb != "set" || words.size() < 2) return false;
    return words[1] != "local" && words[1] != "transaction" && words[1] != "constraints";
}

}  // namespace keel
