#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "config/project.hpp"
#include "ops/kit/operation.hpp"
#include "ops/kit/plan_file.hpp"

namespace keel {

enum class Origin { cli, http, api, schedule };
std::string_view to_string(Origin origin) noexcept;

struct Actor {
    std::string name;  ///< of the operating system's user, or the API token's
    std::string host;
};

/// Asks for the plan as a file instead of the change.
struct PlanRequest {
    std::filesystem::path output;
    std::optional<std::chrono::milliseconds> lifetime;  ///< otherwise the environment's
};

/// The plan that this request is to carry out, and nothing else.
struct PlanToApply {
    std::filesystem::path path;
    PlanFile plan;
};

/// One request, whoever made it.
struct Invocation {
    std::string operation;
    OptionValues options;
    ProjectOverrides overrides;
    Actor actor;
    Origin origin = Origin::cli;
    bool dry_run = false;
    std::optional<PlanRequest> plan_request;
    std::optional<PlanToApply> plan_to_apply;
    bool yes = false;          ///< agrees to what an unprotected environment would ask
    std::string confirm;       ///< the typed name, for scripts
    bool no_input = false;     ///< never ask
    std::string command_line;  ///< redacted, for the audit log
};

}  // namespace keel
