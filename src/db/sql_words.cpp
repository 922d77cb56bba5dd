#include "db/sql_words.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace keel {
namespace {

bool is_word_start(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_word_part(char c) noexcept {
    return is_word_start(c) || (c >= '0' && c <= '9') || c == '$';
}

std::size_t end_of_word(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && is_word_part(text[at])) ++at;
    return at;
}

/// After the closing delimiter, or at the end of the text when there is none.
std::size_t after(std::string_view text, std::string_view delimiter, std::size_t from) noexcept {
    const std::size_t found = text.find(delimiter, from);
    return found == std::string_view::npos ? text.size() : found + delimiter.size();
}

std::size_t after_block_comment(std::string_view text, std::size_t at) noexcept {
    // PostgreSQL nests them; in SQLite an inner "/*" is rare enough not to matter here.
    int depth = 0;
    while (at < text.size()) {
        const std::string_view pair = text.substr(at, 2);
        if (pair == "/*") ++depth;
        if (pair == "*/") --depth;
        at += pair == "/*" || pair == "*/" ? std::size_t{2} : std::size_t{1};
        if (depth == 0) break;
    }
    return std::min(at, text.size());
}

/// `at` is on a dollar sign: after the dollar-quoted body, or after the sign when it opens none.
std::size_t after_dollar(std::string_view text, std::size_t at) noexcept {
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != '$' && is_word_part(text[end])) ++end;
    const bool is_parameter = at + 1 < text.size() && text[at + 1] >= '0' && text[at + 1] <= '9';
    if (end >= text.size() || text[end] != '$' || is_parameter) return at + 1;
    return after(text, text.substr(at, end + 1 - at), end + 1);
}

/// After whatever begins at `at` and is no word.
std::size_t skip_other(std::string_view text, std::size_t at) noexcept {
    if (text.substr(at, 2) == "--") return after(text, "\n", at);
    if (text.substr(at, 2) == "/*") return after_block_comment(text, at);
    switch (text[at]) {
        case '\'':
            return after(text, "'", at + 1);
        case '"':
            return after(text, "\"", at + 1);
        case '`':
            return after(text, "`", at + 1);
        case '$':
            return after_dollar(text, at);
        default:
            return at + 1;
    }
}

}  // namespace

std::vector<std::string> sql_words(std::string_view statement) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < statement.size()) {
        if (is_word_start(statement[at])) {
            const std::size_t end = end_of_word(statement, at);
            words.push_back(to_lower(statement.substr(at, end - at)));
            at = end;
            continue;
        }
        const bool is_number = statement[at] >= '0' && statement[at] <= '9';
        at = is_number ? end_of_word(statement, at) : skip_other(statement, at);
    }
    return words;
}

std::size_t past_literal(std::string_view text, std::size_t at) noexcept {
    const std::string_view pair = text.substr(at, 2);
    if (pair.starts_with('\'') || pair == "--" || pair == "/*") return skip_other(text, at);
    if (!pair.starts_with('$')) return at;
    const std::size_t end = after_dollar(text, at);
    return end == at + 1 ? at : end;
}

bool has_sequence(std::span<const std::string> words,
                  std::initializer_list<std::string_view> sequence) noexcept {
    return std::search(words.begin(), words.end(), sequence.begin(), sequence.end()) != words.end();
}

bool has_word(std::span<const std::string> words, std::string_view word) noexcept {
    return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace keel
