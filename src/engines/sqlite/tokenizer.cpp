#include "engines/sqlite/tokenizer.hpp"

#include <fmt/format.h>

#include <array>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::sqlite {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_name_character(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

bool Token::is(std::string_view keyword) const noexcept {
    return kind == TokenKind::word && equals_ignore_case(text, keyword);
}

Tokenizer::Tokenizer(std::string_view sql) : sql_(sql) {
    if (sql.starts_with(byte_order_mark)) position_ = byte_order_mark.size();
}

void Tokenizer::skip_blanks() {
    while (position_ < sql_.size()) {
        if (is_blank(sql_[position_])) {
            ++position_;
        } else if (at(position_) == '-' && at(position_ + 1) == '-') {
            const auto end = sql_.find('\n', position_);
            position_ = end == std::string_view::npos ? sql_.size() : end + 1;
        } else if (at(position_) == '/' && at(position_ + 1) == '*') {
            const auto end = sql_.find("*/", position_ + 2);
            if (end == std::string_view::npos) fail("a comment (/* …)");
            position_ = end + 2;
        } else {
            return;
        }
    }
}

std::optional<Token> Tokenizer::next() {
    skip_blanks();
    if (position_ >= sql_.size()) return std::nullopt;
    const char first = sql_[position_];
    if (first == ';') return take(TokenKind::semicolon, 1);
    if (first == '\'') return take(TokenKind::string, quoted_length('\''));
    if (first == '"' || first == '`') return take(TokenKind::quoted, quoted_length(first));
    if (first == '[') return take(TokenKind::quoted, quoted_length(']'));
    if ((first == 'x' || first == 'X') && at(position_ + 1) == '\'') {
        ++position_;
        const auto length = quoted_length('\'');
        --position_;
        return take(TokenKind::blob, length + 1);
    }
    if (first == '$' || first == '?' || first == ':' || first == '@' || first == '#') {
        const auto length = variable_length();
        return take(length > 1 || first == '?' ? TokenKind::variable : TokenKind::symbol, length);
    }
    if (is_digit(first) || (first == '.' && is_digit(at(position_ + 1)))) {
        return take(TokenKind::number, number_length());
    }
    if (is_name_character(first)) return take(TokenKind::word, word_length());
    return take(TokenKind::symbol, operator_length());
}

Token Tokenizer::take(TokenKind kind, std::size_t length) {
    const Token token{kind, sql_.substr(position_, length), position_};
    position_ += length;
    return token;
}

/// Length of the quoted piece at the position. A doubled quote stands for itself, but not in [ ].
std::size_t Tokenizer::quoted_length(char close) const {
    for (auto at_close = sql_.find(close, position_ + 1); at_close != std::string_view::npos;
         at_close = sql_.find(close, at_close + 2)) {
        if (close == ']' || at(at_close + 1) != close) return at_close + 1 - position_;
    }
    fail(close == '\'' ? "a string ('…)" : fmt::format("a quoted name ({}…)", sql_[position_]));
}

std::size_t Tokenizer::word_length() const noexcept {
    std::size_t length = 1;
    while (is_name_character(at(position_ + length))) ++length;
    return length;
}

/// ?1, :name, @name, $name, $a::b(c).
std::size_t Tokenizer::variable_length() const noexcept {
    std::size_t length = 1;
    for (;;) {
        if (is_name_character(at(position_ + length))) {
            ++length;
        } else if (sql_[position_] == '$' && length > 1 && at(position_ + length) == ':' &&
                   at(position_ + length + 1) == ':') {
            length += 2;
        } else {
            return length;
        }
    }
}

std::size_t Tokenizer::number_length() const noexcept {
    std::size_t length = 0;
    for (;; ++length) {
        const char c = at(position_ + length);
        const char before = length > 0 ? at(position_ + length - 1) : '\0';
        const bool is_exponent_sign = (c == '+' || c == '-') && (before == 'e' || before == 'E') &&
                                      !starts_with_ignore_case(sql_.substr(position_, 2), "0x");
        if (!is_name_character(c) && c != '.' && !is_exponent_sign) return length;
    }
}

std::size_t Tokenizer::operator_length() const noexcept {
    constexpr auto operators = std::to_array<std::string_view>(
        {"->>", "->", "||", "<>", "<=", ">=", "<<", ">>", "==", "!="});
    for (const auto known : operators) {
        if (sql_.substr(position_).starts_with(known)) return known.size();
    }
    return 1;
}

void Tokenizer::fail(std::string_view what) const {
    const auto [line, column] = line_column(sql_, position_);
    SourcePosition where;
    where.line = line;
    where.column = column;
    throw Error(ErrorKind::invalid_input, fmt::format("{} that begins here does not end", what))
        .with_hint("close it, or double the quote if it belongs to the text")
        .at(where);
}

std::vector<Token> tokens_of(std::string_view sql) {
    std::vector<Token> tokens;
    Tokenizer tokenizer(sql);
    while (const auto token = tokenizer.next()) tokens.push_back(*token);
    return tokens;
}

std::vector<Token> readable_tokens_of(std::string_view sql) {
    std::vector<Token> tokens;
    try {
        Tokenizer tokenizer(sql);
        while (const auto token = tokenizer.next()) tokens.push_back(*token);
    } catch (const Error&) {
        return tokens;  // SQLite itself says what is wrong with it, if it finds it wrong
    }
    return tokens;
}

std::string unquote(std::string_view name) {
    if (name.size() < 2) return std::string(name);
    const char open = name.front();
    if (open == '[') return std::string(name.substr(1, name.size() - 2));
    if (open != '"' && open != '`' && open != '\'') return std::string(name);
    const std::string quote(1, open);
    return replace_all(name.substr(1, name.size() - 2), quote + quote, quote);
}

}  // namespace keel::sqlite
