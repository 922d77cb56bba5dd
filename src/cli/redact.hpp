#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keel {

/// A part of an argument that must not be shown: offset and length.
using SecretRange = std::pair<std::size_t, std::size_t>;

/// The passwords in one command-line argument: in the user part of a URL, and as values of
/// parameters named like one. Rather too much than too little: it also looks at what is no valid
/// URL.
std::vector<SecretRange> find_secrets(std::string_view argument);

/// `argument` with every secret replaced by "***".
std::string redact(std::string_view argument);

/// The command as it could be typed again, redacted and quoted for a shell.
std::string redacted_command_line(std::span<const std::string> arguments);

/// Overwrites the secrets in the process's own arguments, so that a listing of processes does not
/// show them any longer.
void conceal_arguments(std::span<char* const> arguments) noexcept;

}  // namespace keel
