#include "cli/command_table.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace keel {

CommandTable CommandTable::from(std::span<const OperationEntry> entries,
                                std::span<const OperationSpec> builtins) {
    std::vector<const OperationSpec*> specs;
    specs.reserve(entries.size() + builtins.size());
    for (const OperationEntry& entry : entries) specs.push_back(entry.spec);
    for (const OperationSpec& builtin : builtins) specs.push_back(&builtin);
    return CommandTable(std::move(specs));
}

const OperationSpec* CommandTable::find(std::string_view name) const noexcept {
    const auto found =
        std::ranges::find_if(specs_, [&](const OperationSpec* spec) { return spec->name == name; });
    return found == specs_.end() ? nullptr : *found;
}

std::vector<const OperationSpec*> CommandTable::in_group(std::string_view group) const {
    std::vector<const OperationSpec*> result;
    for (const OperationSpec* spec : specs_) {
        const std::string_view name = spec->name;
        if (name.size() > group.size() && name.starts_with(group) && name[group.size()] == ' ') {
            result.push_back(spec);
        }
    }
    return result;
}

std::string CommandTable::suggestion(const std::vector<std::string>& words) const {
    if (words.empty()) return "";
    std::vector<std::string> candidates;
    for (const OperationSpec* spec : specs_) {
        const std::string name(spec->name);
        candidates.push_back(name);
        const std::size_t blank = name.find(' ');
        if (blank == std::string::npos) continue;
        if (name.substr(blank + 1) == words.front()) return " (did you mean '" + name + "'?)";
        candidates.push_back(name.substr(0, blank));
    }
    if (words.size() > 1) {
        const std::string both = did_you_mean(words[0] + " " + words[1], candidates);
        if (!both.empty()) return both;
    }
    return is_group(words.front()) ? "" : did_you_mean(words.front(), candidates);
}

bool is_positional(const OptionSpec& option) noexcept {
    return option.type == OptionType::positional || option.type == OptionType::positionals;
}

std::string value_name(const OptionSpec& option) {
    if (option.type == OptionType::flag) return "";
    if (!option.value_name.empty()) return std::string(option.value_name);
    if (option.type == OptionType::integer) return "N";
    std::string name;
    for (const char c : option.name) {
        name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return name;
}

std::string option_usage(const OptionSpec& option) {
    const std::string value = value_name(option);
    std::string text = value;
    if (!is_positional(option)) {
        text = "--" + std::string(option.name) + (value.empty() ? "" : " " + value);
    }
    const bool repeats = option.type == OptionType::list || option.type == OptionType::positionals;
    if (repeats) text += "…";
    return option.required ? text : "[" + text + "]";
}

}  // namespace keel
