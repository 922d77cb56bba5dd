#include "config/variables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace keel {
namespace {

// .env values may name each other; deeper than this they name themselves.
constexpr int deepest = 16;

bool is_variable_name(std::string_view name) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           std::all_of(name.begin(), name.end(), is_allowed);
}

}  // namespace

std::optional<std::string> Variables::get(std::string_view name, int depth) const {
    if (auto value = process_(name)) {
        if (value->empty()) return std::nullopt;
        return value;
    }
    const auto entry = dotenv_.find(name);
    if (entry == dotenv_.end() || entry->second.text.empty()) return std::nullopt;
    if (entry->second.is_literal) return entry->second.text;
    if (depth > deepest)
        throw Error(ErrorKind::config, fmt::format("variable '{}' is defined by itself", name))
            .with_hint("follow the ${…} in its value: they lead back to it")
            .at(entry->second.where);
    return expand(entry->second.text, entry->second.where, depth + 1);
}

std::string Variables::origin(std::string_view name) const {
    const auto entry = dotenv_.find(name);
    if (process_(name) || entry == dotenv_.end())
        return fmt::format("environment variable {}", name);
    return fmt::format("{}:{}", entry->second.where.file, entry->second.where.line);
}

std::string Variables::expand(std::string_view text, const SourcePosition& where, int depth) const {
    std::string result;
    while (true) {
        const auto dollar = text.find("${");
        result += text.substr(0, dollar);
        if (dollar == std::string_view::npos) return result;
        if (dollar > 0 && text[dollar - 1] == '$') {
            result += '{';  // the first '$' of "$${" is already there
            text.remove_prefix(dollar + 2);
            continue;
        }
        const auto close = text.find('}', dollar);
        if (close == std::string_view::npos)
            throw Error(ErrorKind::config, "a '${' has no closing '}'")
                .with_hint("write ${NAME} or ${NAME:-default}; '$${' stands for '${' itself")
                .at(where);
        result += replacement(text.substr(dollar + 2, close - dollar - 2), where, depth);
        text.remove_prefix(close + 1);
    }
}

std::string Variables::replacement(std::string_view reference, const SourcePosition& where,
                                   int depth) const {
    const auto fallback = reference.find(":-");
    const auto name = reference.substr(0, fallback);
    if (!is_variable_name(name))
        throw Error(ErrorKind::config, "a '${…}' does not name a variable")
            .with_hint("write ${NAME} or ${NAME:-default}; '$${' stands for '${' itself")
            .at(where);
    if (auto value = get(name, depth)) return *value;
    if (fallback != std::string_view::npos) return std::string(reference.substr(fallback + 2));
    throw Error(ErrorKind::config, fmt::format("variable '{}' is not set", name))
        .with_hint(fmt::format("set it, put it into .env, or write ${{{}:-default}}", name))
        .at(where);
}

}  // namespace keel
