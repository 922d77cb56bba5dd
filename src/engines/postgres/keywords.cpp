#include "engines/postgres/keywords.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/postgres/lexer.hpp"

namespace keel::postgres {
namespace {

// Enough for every clause that decides, in a statement of any length.
constexpr std::size_t deciding_words = 64;

using Words = std::vector<std::string>;

/// The words of the statement, those inside parentheses apart: CONCURRENTLY and VERBOSE are
/// options that stand there in newer forms.
struct Outline {
    Words words;
    Words options;
};

Outline outline_of(std::string_view statement, std::size_t limit) {
    Outline outline;
    Lexer lexer(statement);
    int depth = 0;
    try {
        for (auto token = lexer.next();
             token.kind != TokenKind::end && outline.words.size() < limit; token = lexer.next()) {
            if (token.text == "(") ++depth;
            if (token.text == ")") --depth;
            auto& words = depth > 0 ? outline.options : outline.words;
            if (token.kind == TokenKind::word && words.size() < limit)
                words.push_back(to_lower(token.text));
            else if (token.kind == TokenKind::quoted_word && depth <= 0)
                words.emplace_back();  // a name: holds its place, matches nothing
        }
    } catch (const Error&) {
        return outline;  // text without an end: the server will say what is wrong with it
    }
    return outline;
}

bool begins(const Words& words, std::initializer_list<std::string_view> expected) {
    return words.size() >= expected.size() &&
           std::equal(expected.begin(), expected.end(), words.begin());
}

bool has(const Words& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::ranges::find(list, word) != list.end();
}

std::string_view word_at(const Words& words, std::size_t index) {
    return index < words.size() ? std::string_view(words[index]) : std::string_view();
}

bool creates_outside(const Outline& outline) {
    const auto& words = outline.words;
    const auto object = word_at(words, 1);
    if (is_any_of(object, {"database", "tablespace"})) return true;
    if (object == "index") return word_at(words, 2) == "concurrently";
    if (object == "unique") return word_at(words, 3) == "concurrently";
    // A subscription makes a slot on the other server, unless told not to.
    return object == "subscription" && !has(outline.options, "connect") &&
           !has(outline.options, "create_slot");
}

bool drops_outside(const Words& words) {
    return is_any_of(word_at(words, 1), {"database", "tablespace", "subscription"}) ||
           begins(words, {"drop", "index", "concurrently"});
}

bool alters_outside(const Words& words) {
    const auto object = word_at(words, 1);
    if (object == "system") return true;
    if (object == "database")
        return std::ranges::search(words, std::array<std::string, 2>{"set", "tablespace"})
                   .begin() != words.end();
    if (object == "subscription") return has(words, "refresh") || has(words, "publication");
    return object == "table" && has(words, "detach") && has(words, "concurrently");
}

bool reindexes_outside(const Outline& outline) {
    const auto& words = outline.words;
    const bool is_many = has(words, "database") || has(words, "system") || has(words, "schema");
    return is_many || has(words, "concurrently") || has(outline.options, "concurrently");
}

bool clusters_all(const Words& words) {
    return words.size() == 1 || (words.size() == 2 && words[1] == "verbose");
}

}  // namespace

std::string first_keyword(std::string_view statement) {
    const auto words = leading_words(statement, 1);
    return words.empty() ? std::string() : words.front();
}

std::vector<std::string> leading_words(std::string_view statement, std::size_t limit) {
    return outline_of(statement, limit).words;
}

bool is_outside_transaction(std::string_view statement) {
    const auto verb = first_keyword(statement);
    if (!is_any_of(verb, {"vacuum", "cluster", "create", "drop", "alter", "reindex", "discard",
                          "commit", "rollback"}))
        return false;
    const auto outline = outline_of(statement, deciding_words);
    const auto& words = outline.words;
    if (verb == "vacuum") return true;
    if (verb == "cluster") return clusters_all(words);
    if (verb == "create") return creates_outside(outline);
    if (verb == "drop") return drops_outside(words);
    if (verb == "alter") return alters_outside(words);
    if (verb == "reindex") return reindexes_outside(outline);
    if (verb == "discard") return word_at(words, 1) == "all";
    return word_at(words, 1) == "prepared";
}

bool is_transaction_control(std::string_view statement) {
    const auto words = leading_words(statement, 2);
    const auto verb = word_at(words, 0);
    if (is_any_of(verb, {"begin", "commit", "end", "rollback", "abort", "savepoint", "release"}))
        return true;
    return is_any_of(verb, {"start", "prepare"}) && word_at(words, 1) == "transaction";
}

}  // namespace keel::postgres
