#include "engines/sqlite/schema_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/text.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

using Tokens = std::span<const Token>;

bool is_plain_name(std::string_view name) noexcept {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto is_part = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
    return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, is_part);
}

std::string normal_form(const Token& token) {
    if (token.kind != TokenKind::quoted) return std::string(token.text);
    auto name = unquote(token.text);
    return is_plain_name(name) ? name : quote_name(name);
}

/// Words in front of a parenthesis that are no function's or table's name.
bool is_operator_word(const Token& token) {
    constexpr auto words = std::to_array<std::string_view>(
        {"and",     "or",    "not",     "in",    "is", "like",   "glob",
         "between", "when",  "then",    "else",  "as", "values", "key",
         "unique",  "check", "default", "where", "on", "using",  "over"});
    return std::ranges::any_of(words, [&](std::string_view word) { return token.is(word); });
}

bool needs_blank(const Token& before, const Token& after) {
    if (before.text == "(" || before.text == "." || after.text == ".") return false;
    if (after.text == ")" || after.text == "," || after.kind == TokenKind::semicolon) return false;
    const bool is_name = before.kind == TokenKind::word || before.kind == TokenKind::quoted;
    const bool is_call = after.text == "(" && is_name;
    return !is_call || is_operator_word(before);
}

std::string normal_form(Tokens tokens) {
    std::string text;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (at > 0 && needs_blank(tokens[at - 1], tokens[at])) text += ' ';
        text += normal_form(tokens[at]);
    }
    return text;
}

/// Index of the parenthesis that closes the one at `open`; the end when there is none.
std::size_t closing(Tokens tokens, std::size_t open) noexcept {
    int depth = 0;
    for (std::size_t at = open; at < tokens.size(); ++at) {
        if (tokens[at].text == "(") ++depth;
        if (tokens[at].text == ")" && --depth == 0) return at;
    }
    return tokens.size();
}

/// What stands between the first parentheses.
Tokens body(Tokens tokens) noexcept {
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (tokens[at].text != "(") continue;
        return tokens.subspan(at + 1, closing(tokens, at) - at - 1);
    }
    return {};
}

/// Pieces between commas that are in no parentheses.
std::vector<Tokens> items(Tokens tokens) {
    std::vector<Tokens> result;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (tokens[at].text == "(") at = std::min(closing(tokens, at), tokens.size() - 1);
        if (tokens[at].text != ",") continue;
        result.push_back(tokens.subspan(begin, at - begin));
        begin = at + 1;
    }
    if (begin < tokens.size()) result.push_back(tokens.subspan(begin));
    return result;
}

std::vector<std::string> first_names(Tokens list) {
    std::vector<std::string> names;
    for (const auto& item : items(list)) {
        if (!item.empty()) names.push_back(unquote(item.front().text));
    }
    return names;
}

/// Reads one item of a CREATE TABLE's body: a column with its constraints, or table constraints.
class ItemReader {
  public:
    ItemReader(Tokens tokens, DeclaredTable& table) : tokens_(tokens), table_(table) {}

    void read() {
        if (tokens_.empty()) return;
        if (!begins_constraint(tokens_.front())) {
            column_ = unquote(tokens_.front().text);
            at_ = 1;
        }
        while (at_ < tokens_.size()) step();
    }

  private:
    static bool begins_constraint(const Token& token) {
        return token.is("constraint") || token.is("primary") || token.is("unique") ||
               token.is("check") || token.is("foreign");
    }
    bool has(std::string_view word) const { return at_ < tokens_.size() && tokens_[at_].is(word); }

    void step() {
        if (has("constraint") && at_ + 1 < tokens_.size()) {
            name_ = unquote(tokens_[at_ + 1].text);
            at_ += 2;
        } else if (has("check")) {
            ++at_;
            add(ConstraintKind::check).expression = normal_form(take_parentheses());
        } else if (has("primary")) {
            at_ += 2;
            add_key(ConstraintKind::primary_key);
        } else if (has("unique")) {
            ++at_;
            add_key(ConstraintKind::unique);
        } else if (has("foreign")) {
            at_ += 2;
            add_key(ConstraintKind::foreign_key);
        } else if (has("references")) {
            ++at_;
            read_reference();
        } else {
            skip_other();
        }
    }

    void skip_other() {
        if (has("autoincrement")) table_.autoincrement = true;
        if (tokens_[at_].text == "(") at_ = closing(tokens_, at_);
        ++at_;
    }

    Tokens take_parentheses() {
        if (at_ >= tokens_.size() || tokens_[at_].text != "(") return {};
        const auto open = at_;
        const auto close = closing(tokens_, open);
        at_ = std::min(close + 1, tokens_.size());
        return tokens_.subspan(open + 1, close - open - 1);
    }

    DeclaredConstraint& add(ConstraintKind kind) {
        auto& constraint = table_.constraints.emplace_back();
        constraint.kind = kind;
        constraint.name = std::move(name_);
        name_.clear();
        return constraint;
    }

    void add_key(ConstraintKind kind) {
        auto& constraint = add(kind);
        if (column_)
            constraint.columns = {*column_};
        else
            constraint.columns = first_names(take_parentheses());
    }

    /// After REFERENCES. A table constraint has been added at FOREIGN KEY, a column's is new here.
    void read_reference() {
        auto& constraint = column_ ? add(ConstraintKind::foreign_key) : table_.constraints.back();
        if (column_) constraint.columns = {*column_};
        ++at_;
        take_parentheses();
        while (at_ < tokens_.size() && !begins_constraint(tokens_[at_])) {
            if (has("deferred")) constraint.deferred = true;
            const bool is_null_or_default =
                has("not") || has("null") || has("default") || has("collate") || has("generated");
            const bool ends = is_null_or_default && !follows_set() && !precedes_deferrable();
            if (ends || has("references")) return;
            ++at_;
        }
    }
    bool follows_set() const { return tokens_[at_ - 1].is("set"); }
    bool precedes_deferrable() const {
        return at_ + 1 < tokens_.size() && tokens_[at_ + 1].is("deferrable");
    }

    Tokens tokens_;
    DeclaredTable& table_;
    std::optional<std::string> column_;
    std::string name_;
    std::size_t at_ = 0;
};

}  // namespace

std::string normalize_sql(std::string_view sql) {
    return normal_form(readable_tokens_of(sql));
}

DeclaredTable read_create_table(std::string_view sql) {
    DeclaredTable table;
    const auto tokens = readable_tokens_of(sql);
    for (const auto& item : items(body(tokens))) ItemReader(item, table).read();
    return table;
}

std::vector<std::string> read_index_items(std::string_view sql) {
    std::vector<std::string> result;
    const auto tokens = readable_tokens_of(sql);
    for (const auto& item : items(body(tokens))) result.push_back(normal_form(item));
    return result;
}

std::string read_module(std::string_view sql) {
    const auto tokens = readable_tokens_of(sql);
    const auto used =
        std::ranges::find_if(tokens, [](const Token& token) { return token.is("using"); });
    if (used == tokens.end()) return {};
    return normal_form(Tokens(used + 1, tokens.end()));
}

}  // namespace keel::sqlite
