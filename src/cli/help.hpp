#pragma once

#include <string>

#include "cli/command_table.hpp"

namespace keel {

/// The page of `keel` alone: how to call it, every command in a line, the global options.
std::string main_help(const CommandTable& table);
/// The page of a group: its commands, each in a line.
std::string group_help(const CommandTable& table, std::string_view group);
/// The page of one command: usage, options, examples, exit statuses.
std::string command_help(const OperationSpec& spec);

/// "usage: keel backup show ID [OPTIONS]", without the word "usage".
std::string usage_line(const OperationSpec& spec);

}  // namespace keel
