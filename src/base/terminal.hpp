#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keel {

bool is_terminal(int fd) noexcept;
/// Columns of the terminal on `fd`, 80 when unknown.
int terminal_width(int fd) noexcept;
/// Writes `question` to /dev/tty and reads one line from it: never from stdin, so that a pipe
/// cannot answer. Nothing when the process has no terminal.
std::optional<std::string> ask_terminal(std::string_view question);
/// Whether there is a terminal to ask.
bool has_terminal() noexcept;

}  // namespace keel
