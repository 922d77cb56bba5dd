#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/environments.hpp"
#include "config/project.hpp"
#include "config/secret_value.hpp"
#include "config/sources.hpp"

namespace keel {

/// What a Project holds. Stays at one place in memory: the table of environments points into the
/// sources.
struct ProjectState {
    ProjectState(Sources read, ProjectOverrides given);
    ProjectState(const ProjectState&) = delete;
    ProjectState& operator=(const ProjectState&) = delete;

    Sources sources;
    ProjectOverrides overrides;
    EnvironmentTable table;
    std::string name;
    MigrationSettings migrations;
    LintConfiguration lint;
    BackupSettings backup;
    std::vector<std::filesystem::path> state_files;

    // What choosing and resolving left behind.
    std::string chosen;   ///< empty before any choice
    std::string ambient;  ///< what would have been chosen without --env
    std::vector<std::string> warnings;

    SecretPlaces secret_places() const;
    void warn(std::string warning);
};

/// The precedence of docs/reference/configuration.md; remembers the choice in `state`.
EnvironmentChoice choose(ProjectState& state, TimePoint now);
/// Throws ErrorKind::config for a name that is not known, with the known ones.
void require_known(const ProjectState& state, std::string_view name, std::string_view source);

Environment resolve(ProjectState& state, std::string_view written);
/// Whether --database and DATABASE_URL are this environment's.
bool owns_shared_address(const ProjectState& state, std::string_view name);

std::vector<EffectiveValue> list_effective_values(const ProjectState& state);

/// A configuration value as JSON, ${NAME} in text replaced.
Json to_json(const ConfigNode& node, const Variables& variables);

}  // namespace keel
