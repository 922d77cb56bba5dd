#include "engines/sqlite/schema_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "base/text.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

using Tokens = std::span<const Token>;

bool is_plain(std::string_view name) {
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && std::ranges::all_of(name, is_part);
}

std::string canonical(const Token& token) {
    if (token.kind == TokenKind::word) return to_lower(token.text);
    if (token.kind != TokenKind::quoted) return std::string(token.text);
    const auto name = to_lower(unquote(token.text));
    return is_plain(name) ? name : quote_name(name);
}

std::string canonical(Tokens tokens) {
    std::string text;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        const bool is_tight = at == 0 || tokens[at].text == "," || tokens[at].text == ")" ||
                              tokens[at].text == "." || tokens[at - 1].text == "(" ||
                              tokens[at - 1].text == ".";
        if (!is_tight) text += ' ';
        text += canonical(tokens[at]);
    }
    return text;
}

/// Index behind the item that begins at `at`: at its comma, or at the parenthesis that ends the
/// list.
std::size_t item_end(Tokens tokens, std::size_t at) {
    int depth = 0;
    for (; at < tokens.size(); ++at) {
        if (tokens[at].text == "(") ++depth;
        if (depth == 0 && (tokens[at].text == "," || tokens[at].text == ")")) return at;
        if (tokens[at].text == ")") --depth;
    }
    return at;
}

bool begins_constraint(const Token& token) {
    return token.is("constraint") || token.is("primary") || token.is("unique") ||
           token.is("check") || token.is("foreign");
}

std::string_view source(std::string_view sql, Tokens tokens) {
    if (tokens.empty()) return {};
    return sql.substr(tokens.front().offset, tokens.back().end() - tokens.front().offset);
}

/// SQLite takes table constraints without commas between them.
void add_constraints(Tokens item, TableText& table) {
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t at = 1; at <= item.size(); ++at) {
        const bool at_end = at == item.size();
        if (!at_end && item[at].text == "(") ++depth;
        if (!at_end && item[at].text == ")") --depth;
        const bool follows_name = at >= 2 && item[at - 2].is("constraint");
        const bool begins = !at_end && depth == 0 && begins_constraint(item[at]) && !follows_name;
        if (!at_end && !begins) continue;
        table.constraints.push_back(canonical(item.subspan(begin, at - begin)));
        begin = at;
    }
}

}  // namespace

const TableText::Column* TableText::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find_if(
        columns, [&](const Column& column) { return equals_ignore_case(column.name, name); });
    return found == columns.end() ? nullptr : &*found;
}

bool TableText::has_rowid_column() const {
    if (!has_rowid()) return false;
    for (const auto& column : columns) {
        if (!column.definition.starts_with("integer")) continue;
        const auto words = ' ' + column.definition + ' ';
        if (words.find(" primary key ") != std::string::npos &&
            words.find(" primary key desc") == std::string::npos)
            return true;
        const auto name = to_lower(column.name);
        const auto shown = is_plain(name) ? name : quote_name(name);
        const auto key = fmt::format("primary key ({})", shown);
        const auto is_key = [&](const std::string& constraint) {
            return constraint.find(key) != std::string::npos;
        };
        if (column.definition == "integer" || column.definition.starts_with("integer ")) {
            if (std::ranges::any_of(constraints, is_key)) return true;
        }
    }
    return false;
}

TableText read_table_text(std::string_view sql) {
    TableText table;
    const auto tokens = readable_tokens_of(sql);
    const auto open = static_cast<std::size_t>(
        std::ranges::find_if(tokens, [](const Token& token) { return token.text == "("; }) -
        tokens.begin());
    if (open == 0 || open >= tokens.size()) return table;
    table.name_offset = tokens[open - 1].offset;
    table.name_length = tokens[open - 1].text.size();
    const Tokens all(tokens);
    std::size_t at = open + 1;
    while (at < tokens.size()) {
        const auto end = item_end(all, at);
        const auto item = all.subspan(at, end - at);
        if (!item.empty() && begins_constraint(item.front())) {
            add_constraints(item, table);
        } else if (!item.empty()) {
            table.columns.push_back({unquote(item.front().text), std::string(source(sql, item)),
                                     canonical(item.subspan(1))});
        }
        at = end + 1;
        if (end >= tokens.size() || tokens[end].text == ")") break;
    }
    if (at < tokens.size()) table.options = canonical(all.subspan(at));
    std::ranges::sort(table.constraints);
    return table;
}

std::string canonical_sql(std::string_view sql) {
    return canonical(Tokens(readable_tokens_of(sql)));
}

std::string words_of(std::string_view sql) {
    std::string words = " ";
    for (const auto& token : readable_tokens_of(sql)) {
        const bool is_name = token.kind == TokenKind::word || token.kind == TokenKind::quoted ||
                             token.kind == TokenKind::string;
        if (is_name) words += to_lower(unquote(token.text)) + ' ';
    }
    return words;
}

bool mentions(const std::string& words, std::string_view name) {
    return words.find(' ' + to_lower(name) + ' ') != std::string::npos;
}

}  // namespace keel::sqlite
