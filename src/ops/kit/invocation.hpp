#pragma once

#include <string>

#include "config/project.hpp"
#include "ops/kit/operation.hpp"

namespace keel {

enum class Origin { cli, http, api, schedule };
std::string_view to_string(Origin origin) noexcept;

struct Actor {
    std::string name;  ///< of the operating system's user, or the API token's
    std::string host;
};

/// One request, whoever made it.
struct Invocation {
    std::string operation;
    OptionValues options;
    ProjectOverrides overrides;
    Actor actor;
    Origin origin = Origin::cli;
    bool dry_run = false;
    bool yes = false;          ///< agrees to what an unprotected environment would ask
    std::string confirm;       ///< the typed name, for scripts
    bool no_input = false;     ///< never ask
    std::string command_line;  ///< redacted, for the audit log
};

}  // namespace keel
