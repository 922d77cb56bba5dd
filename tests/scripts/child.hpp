#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace keel::scripts {

struct ChildOptions {
    std::vector<std::string> command;      ///< program (absolute) and arguments
    std::vector<std::string> environment;  ///< all of it, "NAME=value"
    std::filesystem::path directory;
    /// Lines typed at a terminal of the child's own, one at each question; "^C" is that key.
    /// Without any, it has no terminal at all.
    std::vector<std::string> typed;
    /// Sends SIGINT a moment after the child wrote this to stderr, unless it is empty.
    std::string interrupt_at;
};

struct ChildResult {
    int status = 0;  ///< 128 + signal when it was killed
    std::string out;
    std::string error;
    std::string terminal;  ///< what it wrote to its terminal, and what was typed
};

/// Runs a program in a session of its own; kills it after a minute.
ChildResult run_child(const ChildOptions& options);

}  // namespace keel::scripts
