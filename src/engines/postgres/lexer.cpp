#include "engines/postgres/lexer.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::postgres {
namespace {

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_word_start(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_word_part(char c) noexcept {
    return is_word_start(c) || is_digit(c) || c == '$';
}
bool is_one_of(char c, char lower) noexcept {
    return c == lower || c == lower - 'a' + 'A';
}

}  // namespace

char Lexer::peek(std::size_t ahead) const noexcept {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
}

void Lexer::fail(std::string_view what, std::size_t begin) const {
    const auto place = line_column(text_, begin);
    throw Error(ErrorKind::invalid_input, fmt::format("{} has no end", what))
        .at({.file = "", .line = place.line, .column = place.column, .statement = 0});
}

Token Lexer::take(TokenKind kind, std::size_t begin) const noexcept {
    return {kind, text_.substr(begin, at_ - begin), begin};
}

Token Lexer::next() {
    skip_blanks_and_comments();
    const std::size_t begin = at_;
    if (begin >= text_.size()) return {TokenKind::end, {}, text_.size()};
    const char c = text_[begin];
    const bool is_prefix = peek(1) == '\'';
    if (c == '\'') return read_string(begin, false);
    if (is_prefix && is_one_of(c, 'e')) {
        ++at_;
        return read_string(begin, true);
    }
    if (is_prefix && (is_one_of(c, 'b') || is_one_of(c, 'x') || is_one_of(c, 'n'))) {
        ++at_;
        return read_string(begin, false);
    }
    if (is_one_of(c, 'u') && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
        at_ += 2;
        return peek() == '"' ? read_quoted_word(begin) : read_string(begin, false);
    }
    if (c == '"') return read_quoted_word(begin);
    if (is_word_start(c)) return read_word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number();
    const std::size_t tag_end = c == '$' ? find_dollar_tag() : 0;
    if (tag_end != 0) return read_dollar_quoted(begin, tag_end);
    ++at_;
    return take(c == '\\' ? TokenKind::backslash : TokenKind::symbol, begin);
}

void Lexer::skip_blanks_and_comments() {
    while (at_ < text_.size()) {
        if (is_blank(text_[at_]))
            ++at_;
        else if (text_[at_] == '-' && peek(1) == '-')
            skip_line_comment();
        else if (text_[at_] == '/' && peek(1) == '*')
            skip_block_comment();
        else
            return;
    }
}

void Lexer::skip_line_comment() noexcept {
    at_ = text_.find_first_of("\r\n", at_);
    if (at_ == std::string_view::npos) at_ = text_.size();
}

void Lexer::skip_block_comment() {
    const std::size_t begin = at_;
    int depth = 1;
    for (at_ += 2; depth > 0; ++at_) {
        if (at_ >= text_.size()) fail("the comment", begin);
        if (text_[at_] == '/' && peek(1) == '*') {
            ++depth;
            ++at_;
        } else if (text_[at_] == '*' && peek(1) == '/') {
            --depth;
            ++at_;
        }
    }
}

Token Lexer::read_string(std::size_t begin, bool with_escapes) {
    read_string_part(begin, with_escapes);
    // Two strings with a line break between them are one, with the first one's rules.
    while (continues_string()) read_string_part(begin, with_escapes);
    return take(TokenKind::string, begin);
}

void Lexer::read_string_part(std::size_t begin, bool with_escapes) {
    const std::string_view special = with_escapes ? "'\\" : "'";
    for (++at_;; ++at_) {
        at_ = text_.find_first_of(special, at_);
        if (at_ == std::string_view::npos) fail("the string", begin);
        if (text_[at_] == '\\' || peek(1) == '\'') {
            ++at_;
            continue;
        }
        ++at_;
        return;
    }
}

bool Lexer::continues_string() {
    std::size_t end = at_;
    bool has_line_break = false;
    while (end < text_.size()) {
        const char c = text_[end];
        if (c == '\n' || c == '\r') has_line_break = true;
        if (is_blank(c)) {
            ++end;
        } else if (has_line_break && text_.substr(end, 2) == "--") {
            end = text_.find_first_of("\r\n", end);
            if (end == std::string_view::npos) return false;
        } else {
            break;
        }
    }
    if (!has_line_break || end >= text_.size() || text_[end] != '\'') return false;
    at_ = end;
    return true;
}

Token Lexer::read_quoted_word(std::size_t begin) {
    for (++at_;; at_ += 2) {
        at_ = text_.find('"', at_);
        if (at_ == std::string_view::npos) fail("the quoted identifier", begin);
        if (peek(1) != '"') break;
    }
    ++at_;
    return take(TokenKind::quoted_word, begin);
}

/// Offset behind "$tag$", or 0 when there is none here ($1 is a parameter).
std::size_t Lexer::find_dollar_tag() const noexcept {
    std::size_t end = at_ + 1;
    while (end < text_.size() &&
           (is_word_start(text_[end]) || (end > at_ + 1 && is_digit(text_[end]))))
        ++end;
    return end < text_.size() && text_[end] == '$' ? end + 1 : 0;
}

Token Lexer::read_dollar_quoted(std::size_t begin, std::size_t tag_end) {
    const auto tag = text_.substr(begin, tag_end - begin);
    const auto end = text_.find(tag, tag_end);
    if (end == std::string_view::npos) fail(fmt::format("the string that {} begins", tag), begin);
    at_ = end + tag.size();
    return take(TokenKind::string, begin);
}

Token Lexer::read_word() {
    const std::size_t begin = at_;
    while (is_word_part(peek())) ++at_;
    return take(TokenKind::word, begin);
}

Token Lexer::read_number() {
    const std::size_t begin = at_;
    const auto is_exponent_sign = [&] {
        return (peek() == '+' || peek() == '-') && is_one_of(text_[at_ - 1], 'e') &&
               is_digit(peek(1));
    };
    while (is_word_part(peek()) || peek() == '.' || is_exponent_sign()) ++at_;
    return take(TokenKind::number, begin);
}

}  // namespace keel::postgres
