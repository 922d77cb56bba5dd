#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_table.hpp"

namespace keel {

/// Which command the arguments name. Found before the options are parsed, so that only one
/// command's options have to be built.
struct CommandWords {
    std::vector<std::string> words;       ///< the words that may name a command, in order
    const OperationSpec* spec = nullptr;  ///< the command, if they do
    std::vector<std::string> rest;        ///< every other argument, in order
    std::string unknown_option;           ///< the option that ended the search before a command
};

/// `arguments` without the program's name. Global options may stand anywhere; an option that is not
/// global belongs to the command and ends the search for its words.
CommandWords find_command(std::span<const std::string> arguments, const CommandTable& table);

/// How many arguments a global option takes up, itself included; 0 when `argument` is none.
std::size_t global_option_length(std::string_view argument);

/// Why the words are no command: an ErrorKind::usage error with the nearest valid one.
Error unknown_command(const CommandWords& command, const CommandTable& table);

}  // namespace keel
