#include "ops/migrate/destructive.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "db/sql_words.hpp"

namespace keel {
namespace {

using Words = std::span<const std::string>;

/// ALTER TABLE … DROP followed by one of these takes no data away.
constexpr std::array<std::string_view, 6> harmless_drops{"constraint", "default",  "not",
                                                         "expression", "identity", "trigger"};
/// DROP followed by one of these does.
constexpr std::array<std::string_view, 4> objects_with_data{"table", "schema", "database", "owned"};

template <std::size_t size>
bool is_one_of(std::string_view word, const std::array<std::string_view, size>& words) noexcept {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string dropped_by_alter(Words words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] != "drop") continue;
        const bool is_harmless = i + 1 < words.size() && is_one_of(words[i + 1], harmless_drops);
        if (!is_harmless) return "drop column";
    }
    return "";
}

std::string dropped(Words words) {
    if (words.size() > 1 && is_one_of(words[1], objects_with_data)) return "drop " + words[1];
    return has_word(words, "cascade") ? "drop … cascade" : "";
}

/// For statements that change rows, and for bodies that hold such statements.
std::string changed_rows(Words words) {
    if (has_sequence(words, {"delete", "from"}) || has_sequence(words, {"then", "delete"}))
        return "delete";
    const bool updates_all = has_word(words, "update") && has_word(words, "set") &&
                             !has_word(words, "where") && !has_word(words, "merge");
    return updates_all ? "update without where" : "";
}

/// The text inside the dollar quotes (or quotes) of a DO block.
std::string_view block_body(std::string_view statement) noexcept {
    const std::size_t begin = statement.find_first_of("$'");
    if (begin == std::string_view::npos) return {};
    const std::size_t body = statement.find(statement[begin], begin + 1);
    return body == std::string_view::npos ? std::string_view{} : statement.substr(body + 1);
}

std::string in_block(std::string_view body) {
    const auto words = sql_words(body);
    for (const std::string_view object : objects_with_data)
        if (has_sequence(words, {"drop", object})) return "drop " + std::string(object);
    if (has_sequence(words, {"drop", "column"})) return "drop column";
    if (has_word(words, "truncate")) return "truncate";
    return changed_rows(words);
}

}  // namespace

std::string destructive_part(std::string_view statement) {
    const auto words = sql_words(statement);
    if (words.empty()) return "";
    const std::string& verb = words.front();
    if (verb == "create") return "";
    if (verb == "truncate") return "truncate";
    if (verb == "drop") return dropped(words);
    if (verb == "alter") return has_word(words, "table") ? dropped_by_alter(words) : "";
    if (verb == "do") return in_block(block_body(statement));
    return changed_rows(words);
}

}  // namespace keel
