#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/environment_variables.hpp"
#include "base/secret.hpp"
#include "config/project.hpp"

namespace keel {

/// What [backup] has run and told around `backup create`.
struct BackupAround {
    std::vector<std::string> before;  ///< command lines
    std::vector<std::string> after;
    std::vector<std::string> failed;
    std::optional<Secret> heartbeat;  ///< an address; whoever knows it can tell lies there
};

/// Reads the project's files once more, since few commands ask. Throws ErrorKind::config.
BackupAround read_backup_around(const Project& project, const EnvironmentReader& variables);

}  // namespace keel
