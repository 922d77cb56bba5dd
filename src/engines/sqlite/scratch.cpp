#include "engines/sqlite/scratch.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/schema_text.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

OpenOptions in_memory() {
    OpenOptions options;
    options.in_memory = true;
    options.read_only = false;
    // Nothing is ever inserted, and a rebuild must not be stopped by what it is about to mend.
    options.foreign_keys = false;
    return options;
}

bool is_one_of(const Token& token, auto& words) noexcept {
    return std::ranges::any_of(words, [&](std::string_view word) { return token.is(word); });
}

}  // namespace

SqliteScratch::SqliteScratch() : database_(in_memory()) {}

SqliteScratch::Treatment SqliteScratch::treatment_of(std::string_view statement) {
    constexpr auto defining = std::to_array<std::string_view>({"create", "drop", "alter"});
    constexpr auto changing = std::to_array<std::string_view>(
        {"with", "insert", "replace", "update", "delete", "select", "values", "explain"});
    Tokenizer tokens(statement);
    const auto first = tokens.next();
    if (!first) return Treatment::pass_over;
    if (is_one_of(*first, defining)) return Treatment::execute;
    if (is_one_of(*first, changing)) return Treatment::prepare;
    // How ALTER TABLE … RENAME treats views and triggers hangs on this one.
    const auto second = tokens.next();
    const bool matters = first->is("pragma") && second && second->is("legacy_alter_table");
    return matters ? Treatment::execute : Treatment::pass_over;
}

std::optional<Error> SqliteScratch::attempt(std::string_view statement, Treatment treatment) {
    const Database::Call call(database_);
    try {
        const StatementHandle prepared = database_.prepare(statement);
        if (treatment == Treatment::execute && prepared) {
            while (database_.step(prepared.get(), statement)) {
            }
        }
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

void SqliteScratch::accept_quoted_texts(bool accepted) noexcept {
    const int value = accepted ? 1 : 0;
    sqlite3_db_config(database_.raw(), SQLITE_DBCONFIG_DQS_DDL, value, nullptr);
    sqlite3_db_config(database_.raw(), SQLITE_DBCONFIG_DQS_DML, value, nullptr);
}

ScratchSchema::Trial SqliteScratch::run(std::string_view statement) {
    Trial trial;
    try {
        const Treatment treatment = treatment_of(statement);
        if (treatment == Treatment::pass_over) return trial;
        accept_quoted_texts(false);
        const auto strict = attempt(statement, treatment);
        accept_quoted_texts(true);
        if (!strict) return trial;
        trial.refusal = attempt(statement, treatment);
        if (trial.refusal) return trial;
        trial.misquoted = strict->sql() ? strict->sql()->offset.value_or(0) : 0;
    } catch (const Error& error) {
        trial.refusal = error;
    }
    return trial;
}

std::string SqliteScratch::version() {
    return sqlite3_libversion();
}

std::string SqliteScratch::definitions() {
    const Database::Call call(database_);
    constexpr std::string_view sql =
        "select type, name, coalesce(sql, tbl_name) from sqlite_schema order by type, name";
    const StatementHandle rows = database_.prepare(sql);
    std::string text;
    const auto column = [&](int at) {
        const auto* value = sqlite3_column_text(rows.get(), at);
        return std::string(value == nullptr ? "" : reinterpret_cast<const char*>(value));
    };
    while (database_.step(rows.get(), sql))
        text += column(0) + ' ' + column(1) + ": " + normalize_sql(column(2)) + '\n';
    return text;
}

void SqliteScratch::copy_definitions(Connection& from) {
    constexpr std::string_view sql =
        "select name, sql from sqlite_schema where sql is not null and name not like 'sqlite\\_%' "
        "escape '\\' order by case type when 'table' then 0 when 'index' then 1 when 'view' then 2 "
        "else 3 end";
    std::vector<std::string> statements;
    from.query(sql, {}, [&](const Row& row) {
        if (!is_internal_table(row.text(0))) statements.push_back(row.string(1));
    });
    // What cannot be made here (a module that only the application has) is missing, no more.
    for (const auto& statement : statements) run(statement);
}

void SqliteScratch::begin() {
    database_.run("begin");
}

void SqliteScratch::rollback() {
    database_.run("rollback");
}

}  // namespace keel::sqlite
