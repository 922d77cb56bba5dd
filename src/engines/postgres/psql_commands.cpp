#include "engines/postgres/psql_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::postgres {
namespace {

// They say something, format what psql would print, or guard pg_dump's output against psql itself.
constexpr std::array harmless = {"restrict", "unrestrict", "echo",       "qecho", "warn", "pset",
                                 "timing",   "conninfo",   "x",          "a",     "t",    "H",
                                 "C",        "f",          "errverbose", "T",     "html", "p",
                                 "print",    "r",          "reset"};

// Variables that steer psql alone. Others are put into the SQL that follows.
constexpr std::array harmless_variables = {"ON_ERROR_STOP", "ON_ERROR_ROLLBACK",
                                           "ECHO",          "ECHO_HIDDEN",
                                           "QUIET",         "VERBOSITY",
                                           "SHOW_CONTEXT",  "HISTFILE",
                                           "HISTSIZE",      "HISTCONTROL",
                                           "PROMPT1",       "PROMPT2",
                                           "PROMPT3",       "FETCH_COUNT",
                                           "SINGLESTEP",    "COMP_KEYWORD_CASE",
                                           "HIDE_TABLEAM",  "HIDE_TOAST_COMPRESSION"};

struct Advice {
    std::string_view command;
    std::string_view hint;
};

constexpr std::array advices = {
    Advice{"i", "put the other file's SQL here, or make it a migration of its own"},
    Advice{"ir", "put the other file's SQL here, or make it a migration of its own"},
    Advice{"include", "put the other file's SQL here, or make it a migration of its own"},
    Advice{"include_relative", "put the other file's SQL here, or make it a migration of its own"},
    Advice{"copy", "use COPY … FROM stdin with the data below it, ended by \\."},
    Advice{"gexec", "write the statements out, or use DO with EXECUTE"},
    Advice{"g", "end the statement with a semicolon"},
    Advice{"gx", "end the statement with a semicolon"},
    Advice{"gset", "psql variables are not replaced here: write the value out"},
    Advice{"set", "psql variables are not replaced here: write the value out"},
    Advice{"if", "write a DO block with IF"},
    Advice{"!", "shell commands are never run from SQL"},
    Advice{".", "it ends the data of COPY … FROM stdin, and there is none before it"}};

struct Command {
    std::string_view name;
    std::string_view arguments;
};

/// `\!cmd` and `\.` have names of one character; others end at a blank.
Command read_command(std::string_view line) {
    line.remove_prefix(1);
    const bool is_sign = !line.empty() && (line.front() == '!' || line.front() == '.');
    const auto end = is_sign ? 1 : std::min(line.find_first_of(" \t\\;"), line.size());
    return {line.substr(0, end), trim(line.substr(end))};
}

bool is_harmless_set(std::string_view arguments) {
    const auto name = arguments.substr(0, arguments.find_first_of(" \t"));
    return std::ranges::find(harmless_variables, name) != harmless_variables.end();
}

bool is_harmless(const Command& command) {
    if (command.name == "set" || command.name == "unset")
        return command.arguments.empty() || is_harmless_set(command.arguments);
    if (command.name == "encoding") {
        const auto name = to_lower(command.arguments);
        return name.empty() || name == "utf8" || name == "utf-8" || name == "unicode";
    }
    return std::ranges::find(harmless, command.name) != harmless.end();
}

}  // namespace

std::string judge_psql_command(std::string_view line) {
    const auto command = read_command(line);
    const std::string shown = escape_controls(fmt::format("\\{}", command.name));
    if (command.name == "connect" || command.name == "c")
        return fmt::format("{} is passed over: everything runs on the database of the URL", shown);
    if (is_harmless(command)) return fmt::format("{} is passed over: it is for psql", shown);
    const auto* advice = std::ranges::find(advices, command.name, &Advice::command);
    throw Error(ErrorKind::invalid_input, fmt::format("psql command {} cannot run here", shown))
        .with_hint(std::string(advice == advices.end()
                                   ? "only SQL and harmless psql commands can stand in a script"
                                   : advice->hint));
}

}  // namespace keel::postgres
