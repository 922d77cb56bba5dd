#include "cli/reference.hpp"

#include <fmt/format.h>

#include <span>

#include "base/text.hpp"
#include "cli/exit_statuses.hpp"
#include "cli/global_options.hpp"
#include "cli/help.hpp"

namespace keel {

namespace {

std::string cell(std::string_view text) {
    return replace_all(text, "|", "\\|");
}

std::string option_cell(const OptionSpec& option) {
    const std::string value = value_name(option);
    if (is_positional(option)) return fmt::format("`{}`", value);
    std::string text = fmt::format("`--{}{}{}`", option.name, value.empty() ? "" : " ", value);
    if (option.short_name != 0) text = fmt::format("`-{}`, {}", option.short_name, text);
    return text;
}

std::string option_table(std::span<const OptionSpec> options) {
    std::string result = "| option | what |\n|---|---|\n";
    for (const OptionSpec& option : options) {
        std::string help(option.help);
        if (option.type == OptionType::list) help += "; may be repeated";
        if (option.required) help += "; required";
        result += fmt::format("| {} | {} |\n", cell(option_cell(option)), cell(help));
    }
    return result + "\n";
}

std::string_view effect_text(Effect effect) noexcept {
    switch (effect) {
        case Effect::read:
            return "reads only";
        case Effect::write:
            return "writes";
        case Effect::schema:
            return "changes the schema";
        case Effect::destructive:
            return "destructive";
    }
    return "";
}

std::string exit_codes(const OperationSpec& spec) {
    std::vector<std::string> codes;
    for (const ExitStatus& status : exit_statuses_of(spec)) {
        codes.push_back(std::to_string(status.code));
    }
    return join(codes, ", ");
}

std::string command_section(const OperationSpec& spec) {
    std::string summary(spec.summary);
    if (!summary.empty() && summary[0] >= 'a' && summary[0] <= 'z') {
        summary[0] = static_cast<char>(summary[0] - 'a' + 'A');
    }
    std::string result = fmt::format("## keel {}\n\n{}.\n\n", spec.name, summary);
    result += fmt::format("```\n{}\n```\n\n", usage_line(spec));
    if (!spec.options.empty()) result += option_table(spec.options);
    result +=
        fmt::format("Effect: {}. Exit statuses: {}.\n", effect_text(spec.effect), exit_codes(spec));
    if (spec.examples.empty()) return result + "\n";
    result += "\n```console\n";
    for (const std::string_view example : spec.examples) result += fmt::format("$ {}\n", example);
    return result + "```\n\n";
}

}  // namespace

std::string commands_reference(const CommandTable& table) {
    std::string result =
        "# Commands\n\nMade from the program by `make docs`; do not edit. What the exit statuses "
        "mean is in\n"
        "[exit-codes.md](exit-codes.md), what `--json` prints in [json.md](json.md).\n\n"
        "## Global options\n\nThey may stand before, between or after the words of a command.\n\n";
    result += option_table(global_options());
    for (const OperationSpec* spec : table.all()) result += command_section(*spec);
    while (result.ends_with("\n\n")) result.pop_back();
    return result;
}

}  // namespace keel
