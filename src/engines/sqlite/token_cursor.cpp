#include "engines/sqlite/token_cursor.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace keel::sqlite {

const Token& TokenCursor::peek(std::size_t ahead) const noexcept {
    static const Token none;
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : none;
}

Token TokenCursor::take() noexcept {
    const Token token = peek();
    if (!at_end()) ++at_;
    return token;
}

bool TokenCursor::is_symbol(std::string_view text) const noexcept {
    return !at_end() && peek().kind == TokenKind::symbol && peek().text == text;
}

bool TokenCursor::accept(std::string_view word) noexcept {
    if (!is(word)) return false;
    take();
    return true;
}

bool TokenCursor::accept(std::string_view first, std::string_view second) noexcept {
    if (!is(first) || !peek(1).is(second)) return false;
    take();
    take();
    return true;
}

bool TokenCursor::accept_if_exists() noexcept {
    if (!accept("if")) return false;
    accept("not");
    accept("exists");
    return true;
}

bool TokenCursor::accept_symbol(std::string_view text) noexcept {
    if (!is_symbol(text)) return false;
    take();
    return true;
}

std::string TokenCursor::name() {
    return at_end() ? std::string() : folded_name(take());
}

SqlName TokenCursor::qualified_name() {
    SqlName found{"", name()};
    if (accept_symbol(".")) {
        found.schema = found.name == "main" ? std::string() : found.name;
        found.name = name();
    }
    return found;
}

std::vector<std::string> TokenCursor::names_in_parentheses() {
    std::vector<std::string> names;
    TokenCursor inner(parentheses());
    while (!inner.at_end()) {
        const auto item = inner.item();
        const bool is_call = item.size() > 1 && item[1].text == "(";
        const bool is_name = !item.empty() && !is_call &&
                             (item[0].kind == TokenKind::word || item[0].kind == TokenKind::quoted);
        names.push_back(is_name ? folded_name(item[0]) : std::string());
    }
    return names;
}

std::size_t TokenCursor::closing(std::size_t open) const noexcept {
    int depth = 0;
    for (std::size_t at = open; at < tokens_.size(); ++at) {
        if (tokens_[at].text == "(") ++depth;
        if (tokens_[at].text == ")" && --depth == 0) return at;
    }
    return tokens_.size();
}

std::span<const Token> TokenCursor::parentheses() {
    if (!is_symbol("(")) return {};
    const std::size_t end = closing(at_);
    const auto inner = tokens_.subspan(at_ + 1, end - at_ - 1);
    at_ = std::min(end + 1, tokens_.size());
    return inner;
}

std::span<const Token> TokenCursor::item() {
    const std::size_t begin = at_;
    while (!at_end() && !is_symbol(",")) {
        if (is_symbol("("))
            parentheses();
        else
            ++at_;
    }
    const auto found = tokens_.subspan(begin, at_ - begin);
    if (!at_end()) ++at_;
    return found;
}

std::string folded_name(const Token& token) {
    return to_lower(unquote(token.text));
}

bool has_outside(std::span<const Token> tokens, std::string_view word) noexcept {
    int depth = 0;
    for (const Token& token : tokens) {
        if (token.text == "(") ++depth;
        if (token.text == ")") --depth;
        if (depth == 0 && token.is(word)) return true;
    }
    return false;
}

}  // namespace keel::sqlite
