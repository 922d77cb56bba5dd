#include "engines/sqlite/read_columns.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "engines/sqlite/token_cursor.hpp"

namespace keel::sqlite {
namespace {

constexpr std::array<std::string_view, 11> column_words = {
    "constraint", "primary", "not",        "null",      "unique", "check",
    "default",    "collate", "references", "generated", "as"};

bool begins_constraint(const Token& token) noexcept {
    return std::ranges::any_of(column_words, [&](auto word) { return token.is(word); });
}

std::size_t begin_of(std::span<const Token> tokens) noexcept {
    return tokens.empty() ? 0 : tokens.front().offset;
}

DefaultKind judge_expression(std::span<const Token> tokens) {
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (tokens[at].is("current_timestamp") || tokens[at].is("current_date") ||
            tokens[at].is("current_time"))
            return DefaultKind::stable;
        const bool is_call = tokens[at].kind == TokenKind::word && at + 1 < tokens.size() &&
                             tokens[at + 1].text == "(";
        if (is_call) return DefaultKind::own_function;
    }
    return tokens.size() == 1 && tokens[0].is("null") ? DefaultKind::null : DefaultKind::constant;
}

DefaultKind read_default(TokenCursor& cursor) {
    if (cursor.is_symbol("(")) return judge_expression(cursor.parentheses());
    if (cursor.is_symbol("+") || cursor.is_symbol("-")) cursor.take();
    const Token value = cursor.take();
    return judge_expression({&value, 1});
}

SqlReference read_reference(TokenCursor& cursor) {
    SqlReference reference;
    reference.table = cursor.qualified_name();
    if (cursor.is_symbol("(")) reference.columns = cursor.names_in_parentheses();
    while (!cursor.at_end()) {
        if (cursor.accept("on", "delete")) {
            const std::string action = to_lower(cursor.take().text);
            if (action == "cascade") reference.on_delete = action;
            if (action == "set") reference.on_delete = "set " + to_lower(cursor.take().text);
        } else if (cursor.accept("on", "update")) {
            cursor.take();
        } else if (cursor.is("deferrable") || cursor.is("initially") || cursor.is("deferred") ||
                   cursor.is("immediate") || cursor.is("match") || cursor.is("action") ||
                   cursor.is("simple") || cursor.is("full") || cursor.is("partial")) {
            cursor.take();
        } else if (cursor.is("not") && cursor.peek(1).is("deferrable")) {
            cursor.take();
        } else {
            break;
        }
    }
    return reference;
}

/// `… is not null` among the parts of a check that are joined by AND.
std::vector<std::string> not_null_parts(std::span<const Token> tokens) {
    std::vector<std::string> columns;
    if (has_outside(tokens, "or")) return columns;
    for (std::size_t at = 0; at + 3 < tokens.size() + 0; ++at) {
        const bool fits =
            tokens[at + 1].is("is") && tokens[at + 2].is("not") && tokens[at + 3].is("null");
        if (fits) columns.push_back(folded_name(tokens[at]));
    }
    return columns;
}

void read_type(TokenCursor& cursor, SqlColumn& column) {
    column.type_offset = cursor.peek().offset;
    while (!cursor.at_end() && !begins_constraint(cursor.peek()) && !cursor.is_symbol("(")) {
        if (!column.type.name.empty()) column.type.name += ' ';
        column.type.name += cursor.name();
    }
    if (!cursor.is_symbol("(")) return;
    for (const Token& token : cursor.parentheses()) {
        if (const auto number = parse_unsigned(token.text))
            column.type.modifiers.push_back(static_cast<int>(*number));
    }
}

SqlConstraint of_column(ConstraintKind kind, const SqlColumn& column, std::size_t offset) {
    SqlConstraint constraint;
    constraint.kind = kind;
    constraint.columns = {column.name};
    constraint.offset = offset;
    return constraint;
}

void read_generated(TokenCursor& cursor, SqlColumn& column) {
    cursor.accept("always");
    cursor.accept("as");
    cursor.parentheses();
    column.generated_stored = cursor.accept("stored");
    column.generated_virtual = !column.generated_stored;
}

void read_column_constraint(TokenCursor& cursor, SqlColumn& column) {
    const std::size_t offset = cursor.peek().offset;
    if (cursor.accept("constraint")) {
        cursor.take();
    } else if (cursor.accept("primary", "key")) {
        column.constraints.push_back(of_column(ConstraintKind::primary_key, column, offset));
    } else if (cursor.accept("autoincrement")) {
        column.autoincrement = true;
    } else if (cursor.accept("not", "null")) {
        column.not_null = true;
    } else if (cursor.accept("unique")) {
        column.constraints.push_back(of_column(ConstraintKind::unique, column, offset));
    } else if (cursor.accept("check")) {
        column.constraints.push_back(of_column(ConstraintKind::check, column, offset));
        column.constraints.back().not_null = not_null_parts(cursor.parentheses());
    } else if (cursor.accept("default")) {
        column.default_kind = read_default(cursor);
    } else if (cursor.accept("references")) {
        column.constraints.push_back(of_column(ConstraintKind::foreign_key, column, offset));
        column.constraints.back().references = read_reference(cursor);
    } else if (cursor.accept("generated") || cursor.is("as")) {
        read_generated(cursor, column);
    } else {
        cursor.take();
    }
}

}  // namespace

SqlColumn read_column(std::span<const Token> item) {
    SqlColumn column;
    column.offset = begin_of(item);
    TokenCursor cursor(item);
    column.name = cursor.name();
    read_type(cursor, column);
    while (!cursor.at_end()) read_column_constraint(cursor, column);
    return column;
}

bool is_table_constraint(std::span<const Token> item) noexcept {
    if (item.empty()) return false;
    const Token& first = item.front();
    return first.is("constraint") || first.is("check") || first.is("foreign") ||
           (item.size() > 1 && first.is("primary") && item[1].is("key")) ||
           (item.size() > 1 && first.is("unique") && item[1].text == "(");
}

SqlConstraint read_table_constraint(std::span<const Token> item) {
    SqlConstraint constraint;
    constraint.offset = begin_of(item);
    TokenCursor cursor(item);
    if (cursor.accept("constraint")) constraint.name = cursor.name();
    if (cursor.accept("primary", "key")) constraint.kind = ConstraintKind::primary_key;
    if (cursor.accept("unique")) constraint.kind = ConstraintKind::unique;
    if (cursor.accept("foreign", "key")) constraint.kind = ConstraintKind::foreign_key;
    if (cursor.accept("check")) {
        constraint.not_null = not_null_parts(cursor.parentheses());
        return constraint;
    }
    constraint.columns = cursor.names_in_parentheses();
    if (cursor.accept("references")) constraint.references = read_reference(cursor);
    return constraint;
}

}  // namespace keel::sqlite
