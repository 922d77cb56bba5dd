#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace keel {

struct ProcessOptions {
    std::filesystem::path program;  ///< absolute: PATH is never searched behind the user's back
    std::vector<std::string> arguments;  ///< without the program's name; never a secret
    std::vector<std::pair<std::string, std::string>> environment;  ///< added to, or replacing, ours
    std::vector<std::string> unset;  ///< removed from the child's environment
    std::stop_token stop;            ///< terminates the child
};

struct ProcessResult {
    int status = 0;            ///< exit status; 128 + signal when it was killed
    std::string error_output;  ///< the last 64 KiB of stderr
    bool was_killed = false;
};

/// Runs a program without a shell; its stdout goes to `out` piece by piece. The child dies with us.
/// Success is the caller's to judge from `status`. Throws ErrorKind::not_found when it cannot be
/// started, cancelled on stop.
ProcessResult run_process(const ProcessOptions& options,
                          const std::function<void(std::span<const std::byte>)>& out);

/// First executable of that name in PATH, then in the given directories.
std::optional<std::filesystem::path> find_program(
    std::string_view name, const std::vector<std::filesystem::path>& more = {});

}  // namespace keel
