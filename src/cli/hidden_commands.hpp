#pragma once

#include <optional>
#include <span>
#include <string>

#include "app/workspace.hpp"
#include "cli/command_table.hpp"

namespace keel {

/// What scripts of ours call and help does not list: `__complete -- WORDS…` for completion and
/// `__docs` for the reference page. Nothing when the arguments are no hidden command.
std::optional<std::string> run_hidden_command(std::span<const std::string> arguments,
                                              Workspace& workspace, const CommandTable& table,
                                              const EnvironmentReader& variables);

}  // namespace keel
