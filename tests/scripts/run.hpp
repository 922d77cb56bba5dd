#pragma once

#include <optional>
#include <string>

#include "script.hpp"

namespace keel::scripts {

/// Why a script failed, and at which of its lines.
struct Failure {
    int line = 0;
    std::string message;
};

/// Plays a script on one engine, in a fresh directory with fresh databases; stops at the first step
/// that does not do what it says.
std::optional<Failure> run_script(const Script& script, const std::string& engine);

}  // namespace keel::scripts
