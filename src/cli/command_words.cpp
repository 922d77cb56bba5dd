#include "cli/command_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/global_options.hpp"
#include "cli/redact.hpp"

namespace keel {

namespace {

constexpr std::size_t most_words = 3;

const OptionSpec* find_global(std::string_view name, char short_name) {
    for (const OptionSpec& option : global_options()) {
        if (!name.empty() && option.name == name) return &option;
        if (short_name != 0 && option.short_name == short_name) return &option;
    }
    return nullptr;
}

bool is_option(std::string_view argument) {
    return argument.size() > 1 && argument[0] == '-';
}

/// The longest beginning of the words that is a command; the words after it are its arguments.
void match(CommandWords& command, const CommandTable& table) {
    for (std::size_t count = std::min(most_words, command.words.size()); count > 0; --count) {
        command.spec = table.find(join(std::span(command.words).first(count), " "));
        if (command.spec == nullptr) continue;
        const auto extra = command.words.begin() + static_cast<std::ptrdiff_t>(count);
        command.rest.insert(command.rest.begin(), extra, command.words.end());
        command.words.erase(extra, command.words.end());
        return;
    }
}

}  // namespace

std::size_t global_option_length(std::string_view argument) {
    if (argument.starts_with("--")) {
        const std::size_t equals = argument.find('=');
        const OptionSpec* option = find_global(argument.substr(2, equals - 2), 0);
        if (option == nullptr) return 0;
        return option->type == OptionType::flag || equals != std::string_view::npos ? 1 : 2;
    }
    for (std::size_t i = 1; i < argument.size(); ++i) {
        const OptionSpec* option = find_global("", argument[i]);
        if (option == nullptr) return 0;
        if (option->type != OptionType::flag) return i + 1 < argument.size() ? 1 : 2;
    }
    return 1;
}

CommandWords find_command(std::span<const std::string> arguments, const CommandTable& table) {
    CommandWords command;
    std::size_t i = 0;
    while (i < arguments.size()) {
        const std::string& argument = arguments[i];
        if (!is_option(argument)) {
            command.words.push_back(argument);
            ++i;
            continue;
        }
        const std::size_t length = argument == "--" ? 0 : global_option_length(argument);
        if (length == 0) break;
        for (const std::size_t end = std::min(i + length, arguments.size()); i < end; ++i) {
            command.rest.push_back(arguments[i]);
        }
    }
    if (i < arguments.size() && arguments[i] != "--") command.unknown_option = arguments[i];
    for (; i < arguments.size(); ++i) command.rest.push_back(arguments[i]);
    match(command, table);
    return command;
}

Error unknown_command(const CommandWords& command, const CommandTable& table) {
    if (command.words.empty() && !command.unknown_option.empty()) {
        return unknown_option(command.unknown_option, nullptr);
    }
    if (command.words.empty()) {
        return Error(ErrorKind::usage, "no command given")
            .with_hint("see them all with: keel help");
    }
    const std::string& group = command.words.front();
    if (table.is_group(group) && command.words.size() == 1) {
        return Error(ErrorKind::usage, fmt::format("'keel {}' needs one of its commands", group))
            .with_hint(fmt::format("see them with: keel {} --help", group));
    }
    const std::size_t shown = table.is_group(group) ? 2 : 1;
    const std::string typed = redact(join(std::span(command.words).first(shown), " "));
    return Error(ErrorKind::usage,
                 fmt::format("unknown command '{}'{}", typed, table.suggestion(command.words)))
        .with_hint(table.is_group(group) ? fmt::format("see them with: keel {} --help", group)
                                         : "see them all with: keel help");
}

}  // namespace keel
