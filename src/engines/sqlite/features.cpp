#include "engines/sqlite/features.hpp"

#include <array>
#include <string_view>

namespace keel::sqlite {
namespace {

struct Known {
    std::string_view word;
    std::string_view version;
};

// From SQLite's own release history.
constexpr std::array functions = std::to_array<Known>({
    {"iif", "3.32.0"},           {"sign", "3.35.0"},         {"unixepoch", "3.38.0"},
    {"format", "3.38.0"},        {"unhex", "3.41.0"},        {"timediff", "3.43.0"},
    {"octet_length", "3.43.0"},  {"concat", "3.44.0"},       {"concat_ws", "3.44.0"},
    {"string_agg", "3.44.0"},    {"jsonb", "3.45.0"},        {"jsonb_array", "3.45.0"},
    {"jsonb_extract", "3.45.0"}, {"jsonb_insert", "3.45.0"}, {"jsonb_object", "3.45.0"},
    {"jsonb_patch", "3.45.0"},   {"jsonb_remove", "3.45.0"}, {"jsonb_replace", "3.45.0"},
    {"jsonb_set", "3.45.0"},     {"json_pretty", "3.46.0"},  {"if", "3.48.0"},
    {"unistr", "3.50.0"},
});

bool is_call(std::span<const Token> tokens, std::size_t at) noexcept {
    return tokens[at].kind == TokenKind::word && at + 1 < tokens.size() &&
           tokens[at + 1].text == "(";
}

bool follows(std::span<const Token> tokens, std::size_t at, std::string_view first,
             std::string_view second) noexcept {
    return tokens[at].is(first) && at + 1 < tokens.size() && tokens[at + 1].is(second);
}

}  // namespace

std::vector<ReadStatement::Feature> find_features(std::span<const Token> tokens) {
    std::vector<ReadStatement::Feature> found;
    const auto add = [&](std::string what, std::string_view version, std::size_t at) {
        found.push_back({std::move(what), std::string(version), tokens[at].offset});
    };
    const bool alters = !tokens.empty() && tokens[0].is("alter");
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        for (const Known& known : functions) {
            if (is_call(tokens, at) && tokens[at].is(known.word))
                add(std::string(known.word) + "()", known.version, at);
        }
        if (tokens[at].text == "->" || tokens[at].text == "->>")
            add("operator " + std::string(tokens[at].text), "3.38.0", at);
        if (tokens[at].is("returning")) add("returning", "3.35.0", at);
        if (tokens[at].is("strict") && at + 1 == tokens.size()) add("strict tables", "3.37.0", at);
        if (follows(tokens, at, "full", "join") || follows(tokens, at, "full", "outer") ||
            follows(tokens, at, "right", "join") || follows(tokens, at, "right", "outer"))
            add("right and full joins", "3.39.0", at);
        if (follows(tokens, at, "is", "distinct")) add("is distinct from", "3.39.0", at);
        if (alters && at == 3 && tokens[at].is("drop")) add("drop column", "3.35.0", at);
        if (alters && at == 3 && tokens[at].is("alter")) add("alter column", "3.53.0", at);
    }
    return found;
}

}  // namespace keel::sqlite
