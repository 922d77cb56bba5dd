#include "ops/migrate/verify_section.hpp"

#include <fmt/format.h>

#include <optional>

namespace keel {
namespace {

/// What the first column of the first row says, as people would write it.
std::string first_answer(Connection& connection, const Statement& query) {
    std::optional<std::string> answer;
    connection.query(query.text, {}, [&](const Row& row) {
        if (answer) return;
        const bool is_null = row.size() == 0 || row.is_null(0);
        answer = is_null ? "null" : row.string(0);
    });
    return answer.value_or("no row");
}

bool is_true(const std::string& answer) {
    return answer != "no row" && answer != "null" && answer != "f" && answer != "false" &&
           answer != "0" && answer != "0.0";
}

void verify_one(Connection& connection, const Script& script, const Statement& query) {
    std::string answer;
    try {
        answer = first_answer(connection, query);
    } catch (Error& error) {
        const auto offset = error.sql() ? error.sql()->offset : std::nullopt;
        error.set_where(script.locate(query, offset));
        throw;
    }
    if (script.verify_judged_by_errors || is_true(answer)) return;
    throw Error(ErrorKind::constraint, fmt::format("the migration's verify query says {}", answer))
        .with_hint(
            "what the migration did was undone: see which rows the query means, and mend "
            "them or the migration")
        .at(script.locate(query));
}

}  // namespace

void run_verify(Connection& connection, const Script& script) {
    for (const Statement& query : script.verify) {
        try {
            verify_one(connection, script, query);
        } catch (Error& error) {
            error.add_trail(fmt::format("verify {}", script.label()));
            throw;
        }
    }
}

}  // namespace keel
