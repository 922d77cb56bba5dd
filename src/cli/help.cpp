#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/version.hpp"
#include "cli/exit_statuses.hpp"
#include "cli/global_options.hpp"
#include "render/width.hpp"

namespace keel {

namespace {

constexpr std::size_t widest_left_column = 28;

using Lines = std::vector<std::pair<std::string, std::string>>;

/// Two columns; what is too long for the left one has its explanation on the next line.
std::string columns(const Lines& lines) {
    std::size_t width = 0;
    for (const auto& [left, right] : lines) {
        const std::size_t own = display_width(left);
        if (own <= widest_left_column) width = std::max(width, own);
    }
    std::string result;
    for (const auto& [left, right] : lines) {
        if (left.empty()) {
            result += "\n";
        } else if (display_width(left) > width) {
            result += fmt::format("  {}\n  {}  {}\n", left, std::string(width, ' '), right);
        } else {
            result += fmt::format("  {}  {}\n", pad_right(left, width), right);
        }
    }
    return result;
}

/// "-C, --project DIR", lined up whether there is a short form or not.
std::string option_name(const OptionSpec& option) {
    std::string value = value_name(option);
    if (is_positional(option)) return value;
    const std::string short_form =
        option.short_name == 0 ? "    " : fmt::format("-{}, ", option.short_name);
    return fmt::format("{}--{}{}{}", short_form, option.name, value.empty() ? "" : " ", value);
}

std::string option_help(const OptionSpec& option) {
    std::string text(option.help);
    if (option.type == OptionType::list) text += " (may be repeated)";
    if (option.required && !is_positional(option)) text += " (required)";
    return text;
}

/// "migrate" of "migrate up", nothing for a command of one word.
std::string_view group_of(std::string_view name) {
    const std::size_t blank = name.find(' ');
    return blank == std::string_view::npos ? "" : name.substr(0, blank);
}

/// A line each, groups apart.
Lines command_lines(const std::vector<const OperationSpec*>& specs) {
    Lines lines;
    std::string_view group = specs.empty() ? "" : group_of(specs.front()->name);
    for (const OperationSpec* spec : specs) {
        if (group_of(spec->name) != group) lines.emplace_back();
        group = group_of(spec->name);
        lines.emplace_back(std::string(spec->name), std::string(spec->summary));
    }
    return lines;
}

Lines option_lines(std::span<const OptionSpec> options) {
    Lines lines;
    for (const OptionSpec& option : options) {
        lines.emplace_back(option_name(option), option_help(option));
    }
    return lines;
}

std::string examples(std::span<const std::string_view> texts) {
    if (texts.empty()) return "";
    std::string result = "\nexamples:\n";
    for (const std::string_view text : texts) result += fmt::format("  {}\n", text);
    return result;
}

std::string exit_status_lines(std::span<const ExitStatus> statuses) {
    Lines lines;
    for (const ExitStatus& status : statuses) {
        lines.emplace_back(std::to_string(status.code), std::string(status.meaning));
    }
    return "\nexit statuses:\n" + columns(lines);
}

}  // namespace

std::string usage_line(const OperationSpec& spec) {
    std::string result = fmt::format("keel {}", spec.name);
    for (const OptionSpec& option : spec.options) {
        if (is_positional(option)) result += " " + option_usage(option);
    }
    for (const OptionSpec& option : spec.options) {
        if (!is_positional(option)) result += " " + option_usage(option);
    }
    return result;
}

std::string command_help(const OperationSpec& spec) {
    std::string result = fmt::format("{}\n\nusage: {}\n", spec.summary, usage_line(spec));
    if (!spec.options.empty()) result += "\noptions:\n" + columns(option_lines(spec.options));
    result += "\nglobal options (-C, -e, --json, --dry-run and more): see keel help\n";
    return result + examples(spec.examples) + exit_status_lines(exit_statuses_of(spec));
}

std::string group_help(const CommandTable& table, std::string_view group) {
    return fmt::format("usage: keel {} COMMAND [OPTIONS]\n\n", group) +
           columns(command_lines(table.in_group(group))) +
           fmt::format("\noptions, examples and exit statuses of one: keel {} COMMAND --help\n",
                       group);
}

std::string main_help(const CommandTable& table) {
    return fmt::format("keel {}: takes an application's databases through their life\n\n",
                       version()) +
           "usage: keel COMMAND [OPTIONS]\n\ncommands:\n" + columns(command_lines(table.all())) +
           "\nglobal options, before, between or after the words of a command:\n" +
           columns(option_lines(global_options())) +
           "\nexamples:\n"
           "  keel init                      start here: a keel.toml and a folder for migrations\n"
           "  keel migrate new add_users     a new migration to fill in\n"
           "  keel migrate up                apply what is pending\n"
           "  keel undo                      bring back what was before the last destructive "
           "step\n" +
           exit_status_lines(exit_statuses());
}

}  // namespace keel
