#include "engines/sqlite/rebuild_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

std::string folded(std::string_view name) {
    return to_lower(unquote(name));
}

/// The table's name that stands at `at`, after its schema if it has one.
std::string name_at(const std::vector<Token>& tokens, std::size_t at) {
    if (at + 2 < tokens.size() && tokens[at + 1].text == ".") at += 2;
    return at < tokens.size() ? folded(tokens[at].text) : std::string();
}

bool has_any(const std::vector<Token>& tokens, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(tokens, [&](const Token& token) {
        return std::ranges::any_of(words, [&](std::string_view word) { return token.is(word); });
    });
}

bool leaves_rows_out(const std::vector<Token>& tokens) {
    return has_any(tokens, {"where", "distinct", "group", "having", "limit", "join", "union",
                            "intersect", "except"});
}

/// Anything that adds or takes rows, other than INSERT … SELECT of all there are.
bool changes_row_counts(const std::vector<Token>& tokens) {
    const Token& verb = tokens.front();
    if (verb.is("insert") && has_any(tokens, {"select"})) return leaves_rows_out(tokens);
    return verb.is("delete") || verb.is("insert") || verb.is("replace") || verb.is("with");
}

std::int64_t count_rows(Connection& connection, const std::string& table) {
    return connection.query_integer(fmt::format("select count(*) from {}", quote_name(table)));
}

}  // namespace

RebuildWatch::RebuildWatch(Connection& connection, std::span<const Statement> statements)
    : connection_(connection) {
    for (const Statement& statement : statements) read_statement(statement);
}

void RebuildWatch::read_statement(const Statement& statement) {
    const auto tokens = readable_tokens_of(statement.text);
    for (const Token& token : tokens)
        if (token.kind != TokenKind::symbol && token.kind != TokenKind::number)
            mentioned_.insert(folded(token.text));
    if (tokens.size() < 3) return;
    if (tokens[0].is("drop") && tokens[1].is("table")) {
        dropped_.insert(name_at(tokens, tokens[2].is("if") ? 4 : 2));
    } else if (tokens[0].is("alter") && tokens.size() > 4 && tokens[tokens.size() - 2].is("to")) {
        renamed_to_.insert(folded(tokens.back().text));
        renamed_from_[folded(tokens.back().text)] = name_at(tokens, 2);
    } else if (changes_row_counts(tokens)) {
        auto& named = row_changes_.emplace_back();
        for (const Token& token : tokens) named.insert(folded(token.text));
    }
}

bool RebuildWatch::is_copied_plainly(const std::string& table) const {
    const std::string name = to_lower(table);
    const auto before = renamed_from_.find(name);
    return std::ranges::none_of(row_changes_, [&](const std::set<std::string>& named) {
        return named.contains(name) ||
               (before != renamed_from_.end() && named.contains(before->second));
    });
}

bool RebuildWatch::names(const std::string& name) const {
    return mentioned_.contains(to_lower(name));
}

bool RebuildWatch::exists(std::string_view type, const std::string& name) {
    const std::array<Value, 2> parameters{std::string(type), name};
    return connection_.query_integer(
               "select count(*) from sqlite_schema where type = $1 and name = $2 collate nocase",
               parameters) > 0;
}

void RebuildWatch::begin() {
    saved_.clear();
    others_.clear();
    views_.clear();
    std::vector<std::string> tables;
    connection_.query(
        "select s.name from sqlite_schema s join pragma_table_list l on l.name = s.name "
        "where s.type = 'table' and l.schema = 'main' and l.type = 'table' "
        "and s.name not like 'sqlite\\_%' escape '\\'",
        {}, [&](const Row& row) { tables.push_back(row.string(0)); });
    for (const std::string& table : tables)
        if (dropped_.contains(to_lower(table))) save_table(table);
    if (saved_.empty()) return;
    for (const std::string& table : tables)
        if (!names(table) && !is_internal_table(table))
            others_.emplace(table, count_rows(connection_, table));
    put_views_aside();
}

void RebuildWatch::save_table(const std::string& name) {
    SavedTable saved{.name = name, .rows = count_rows(connection_, name)};
    const std::array<Value, 1> parameters{name};
    connection_.query(
        "select type, name, sql from sqlite_schema where tbl_name = $1 collate nocase "
        "and type in ('index', 'trigger') and sql is not null",
        parameters, [&](const Row& row) {
            saved.parts.push_back(
                {.type = row.string(0), .name = row.string(1), .sql = row.string(2)});
        });
    if (exists("table", "sqlite_sequence")) {
        const auto mark =
            connection_.query_text("select seq from sqlite_sequence where name = $1", parameters);
        if (mark) saved.mark = std::stoll(*mark);
    }
    saved_.push_back(std::move(saved));
}

void RebuildWatch::put_views_aside() {
    std::set<std::string> gone;
    for (const SavedTable& saved : saved_)
        if (renamed_to_.contains(to_lower(saved.name))) gone.insert(to_lower(saved.name));
    if (gone.empty()) return;
    std::vector<Part> views;
    connection_.query(
        "select type, name, sql from sqlite_schema where type = 'view' order by rowid", {},
        [&](const Row& row) {
            views.push_back({.type = row.string(0), .name = row.string(1), .sql = row.string(2)});
        });
    const auto depends = [&](const Part& view) {
        return !gone.contains(to_lower(view.name)) && !names(view.name) &&
               std::ranges::any_of(readable_tokens_of(view.sql), [&](const Token& token) {
                   return gone.contains(folded(token.text));
               });
    };
    // In the order of their making, so that a view on a view comes after that one.
    for (std::size_t found = 1; found != 0;) {
        found = 0;
        for (const Part& view : views)
            if (depends(view)) found += gone.insert(to_lower(view.name)).second ? 1U : 0U;
    }
    for (const Part& view : views) {
        if (!gone.contains(to_lower(view.name))) continue;
        connection_.execute(fmt::format("drop view {}", quote_name(view.name)));
        views_.push_back(view);
    }
}

void RebuildWatch::bring_views_back() {
    for (const Part& view : views_) {
        if (exists("view", view.name)) continue;
        connection_.execute(view.sql);
        // SQLite looks into a view only when it is used.
        try {
            connection_.query(fmt::format("select * from {} limit 0", quote_name(view.name)), {},
                              [](const Row&) {});
        } catch (const Error& error) {
            throw Error(ErrorKind::constraint,
                        fmt::format("the view '{}' does not fit the rebuilt table: {}", view.name,
                                    error.message()))
                .with_hint("drop the view in the migration, and create it as it is to be");
        }
    }
    views_.clear();
}

void RebuildWatch::end() {
    bring_views_back();
    for (const SavedTable& saved : saved_) {
        if (!exists("table", saved.name)) continue;  // dropped for good
        check_table(saved);
        carry_mark(saved);
    }
    if (!saved_.empty()) check_other_tables();
}

void RebuildWatch::check_table(const SavedTable& saved) {
    if (saved.rows == 0) return;
    for (const Part& part : saved.parts) {
        if (exists(part.type, part.name) || names(part.name)) continue;
        throw Error(ErrorKind::constraint, fmt::format("the rebuilt table '{}' loses its {} '{}'",
                                                       saved.name, part.type, part.name))
            .with_hint(fmt::format("create it again in the migration, or, if it is to go, drop {} "
                                   "{} in it before the table",
                                   part.type, part.name));
    }
    const std::int64_t rows = count_rows(connection_, saved.name);
    if (rows == saved.rows || !is_copied_plainly(saved.name)) return;
    throw Error(ErrorKind::constraint, fmt::format("the rebuilt table '{}' has {} rows, and had {}",
                                                   saved.name, rows, saved.rows))
        .with_hint("copy all rows into the new table, or say in the migration which are to go");
}

void RebuildWatch::carry_mark(const SavedTable& saved) {
    if (!saved.mark || !exists("table", "sqlite_sequence")) return;
    const std::array<Value, 1> name{saved.name};
    const bool counts_on = connection_.query_integer(
                               "select count(*) from sqlite_schema where type = 'table' and "
                               "name = $1 collate nocase and sql like '%autoincrement%'",
                               name) > 0;
    if (!counts_on) return;
    const std::array<Value, 2> parameters{*saved.mark, saved.name};
    const auto changed = connection_.execute(
        "update sqlite_sequence set seq = max(seq, $1) where name = $2", parameters);
    if (changed > 0) return;
    connection_.execute("insert into sqlite_sequence (seq, name) values ($1, $2)", parameters);
}

void RebuildWatch::check_other_tables() {
    for (const auto& [table, before] : others_) {
        if (!exists("table", table)) continue;
        const std::int64_t rows = count_rows(connection_, table);
        if (rows == before) continue;
        throw Error(ErrorKind::constraint,
                    fmt::format("the migration changes the number of rows of '{}' from {} to {}, "
                                "and does not name it",
                                table, before, rows))
            .with_hint("look for triggers that a statement of the migration sets off");
    }
}

}  // namespace keel::sqlite
