#include "ops/kit/schema_file.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::string_view first_words = "-- The schema as keel schema dump writes it, for ";
constexpr std::string_view digest_words = "-- digest ";

}  // namespace

std::string script_of(const std::vector<SchemaStep>& steps) {
    std::string text;
    for (const auto& step : steps) {
        if (!text.empty()) text += '\n';
        text += step.sql;
        if (!trim(step.sql).ends_with(';')) text += ';';
        text += '\n';
    }
    return text;
}

std::string schema_file(const Engine& engine, const SchemaModel& model) {
    const auto& tools = engine.schema_tools();
    std::string body = script_of(tools.plan(tools.blank(), model, {}));
    for (const auto& thing : model.not_carried)
        body += fmt::format("\n-- not written here: {}\n", thing);
    return fmt::format("{}{}.\n{}{}\n\n{}", first_words, engine.name(), digest_words,
                       digest_hex(body), body);
}

SchemaFileState state_of_schema_file(std::string_view text) {
    SchemaFileState state;
    if (!text.starts_with(first_words)) return state;
    const auto line = text.find('\n');
    if (line == std::string_view::npos) return state;
    state.is_ours = true;
    state.engine = std::string(trim(replace_all(
        std::string(text.substr(first_words.size(), line - first_words.size())), ".", "")));
    const auto rest = text.substr(line + 1);
    const auto end = rest.find('\n');
    const bool has_digest = rest.starts_with(digest_words) && end != std::string_view::npos;
    if (!has_digest || end + 2 > rest.size()) {
        state.is_edited = true;
        return state;
    }
    const auto digest = rest.substr(digest_words.size(), end - digest_words.size());
    state.is_edited = digest_hex(rest.substr(end + 2)) != digest;
    return state;
}

}  // namespace keel
