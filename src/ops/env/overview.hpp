#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// What `env list` says about one environment.
struct EnvironmentOverview {
    std::string name;
    EnvironmentKind kind = EnvironmentKind::other;
    bool is_protected = false;
    bool is_active = false;
    std::optional<DatabaseUrl> url;  ///< nothing when it could not be resolved
    bool is_reachable = false;       ///< the server answers and the database is there
    std::string problem;             ///< why something is missing below
    std::optional<MigrationSummary> migrations;
    std::optional<std::int64_t> size_bytes;
    std::optional<BackupSummary> last_backup;
};

/// Every environment of the project. Servers are looked for side by side, so that those that do not
/// answer cost their short timeout once.
std::vector<EnvironmentOverview> overview_environments(OperationContext& context);

}  // namespace keel
