#pragma once

#include <cstddef>
#include <span>

namespace keel {

/// The whole command: reads the arguments, runs the operation they name, prints its report and
/// returns the exit status of docs/reference/exit-codes.md. Never throws.
int run_command(std::span<char* const> arguments) noexcept;

}  // namespace keel
