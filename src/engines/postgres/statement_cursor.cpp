#include "engines/postgres/statement_cursor.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::postgres {
namespace {

// No utility statement that matters here is longer; the rest is not looked at.
constexpr std::size_t longest = 400;

bool is_name(const Token& token) noexcept {
    return token.kind == TokenKind::word || token.kind == TokenKind::quoted_word;
}

}  // namespace

StatementCursor::StatementCursor(std::string_view statement) {
    Lexer lexer(statement);
    try {
        for (auto token = lexer.next(); token.kind != TokenKind::end && tokens_.size() < longest;
             token = lexer.next())
            tokens_.push_back(token);
    } catch (const Error&) {
        return;  // text without an end: the server will say what is wrong with it
    }
}

bool StatementCursor::is_word(std::size_t at, std::string_view word) const {
    return at < tokens_.size() && tokens_[at].kind == TokenKind::word &&
           equals_ignore_case(tokens_[at].text, word);
}

bool StatementCursor::take(std::initializer_list<std::string_view> words) {
    std::size_t at = at_;
    for (const auto word : words)
        if (!is_word(at++, word)) return false;
    at_ = at;
    return true;
}

bool StatementCursor::take_options_with(std::string_view word) {
    if (at_end() || tokens_[at_].text != "(") return false;
    bool found = false;
    for (; !at_end() && tokens_[at_].text != ")"; ++at_) found = found || is_word(at_, word);
    if (!at_end()) ++at_;
    return found;
}

std::string StatementCursor::take_name() {
    if (at_end() || !is_name(tokens_[at_])) return {};
    std::string name(tokens_[at_++].text);
    while (at_ + 1 < tokens_.size() && tokens_[at_].text == "." && is_name(tokens_[at_ + 1])) {
        name.append(".").append(tokens_[at_ + 1].text);
        at_ += 2;
    }
    return name;
}

bool StatementCursor::seek(std::string_view word) {
    for (std::size_t at = at_; at < tokens_.size(); ++at) {
        if (!is_word(at, word)) continue;
        at_ = at + 1;
        return true;
    }
    return false;
}

std::string folded_name(std::string_view written) {
    const bool is_quoted = written.size() > 1 && written.front() == '"';
    if (!is_quoted) return to_lower(written);
    return replace_all(written.substr(1, written.size() - 2), "\"\"", "\"");
}

}  // namespace keel::postgres
