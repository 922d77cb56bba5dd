#pragma once

#include <string>
#include <string_view>

namespace keel {

/// A script that makes a shell ask `keel __complete` for the words that fit. It knows no command
/// itself, so that it need not be made anew with each version. Throws ErrorKind::usage for a shell
/// that is not bash, zsh or fish.
std::string completion_script(std::string_view shell);

}  // namespace keel
