#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace keel {

bool is_terminal(int fd) noexcept;
/// Columns of the terminal on `fd`, 80 when unknown.
int terminal_width(int fd) noexcept;
/// Writes `question` to /dev/tty and reads one line from it: never from stdin, so that a pipe
/// cannot answer; nor does what was typed before the question. Nothing when the process has no
/// terminal, at its end, or when a stop was requested.
std::optional<std::string> ask_terminal(std::string_view question, std::stop_token stop = {});
/// Whether there is a terminal to ask.
bool has_terminal() noexcept;

}  // namespace keel
