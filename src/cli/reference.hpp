#pragma once

#include <string>

#include "cli/command_table.hpp"

namespace keel {

/// docs/reference/commands.md: every command with usage, options, examples and exit statuses.
std::string commands_reference(const CommandTable& table);

}  // namespace keel
