#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/project.hpp"
#include "model/migration.hpp"

namespace keel {

/// Where a project keeps its migrations.
struct MigrationFolder {
    std::filesystem::path directory;  ///< absolute
    std::filesystem::path root;       ///< files below it are shown relative to it
};

/// How migrations stand on disk: which files they are, what is in them, in which order they go.
/// Thread-safe, no state.
class MigrationLayout {
  public:
    virtual ~MigrationLayout() = default;
    virtual std::string_view name() const noexcept = 0;
    /// Every migration, in the order of application. Throws ErrorKind::not_found when the folder
    /// is not there, ErrorKind::invalid_input naming the file (both, for a version that two have)
    /// and the place, ErrorKind::io for what cannot be read.
    virtual std::vector<Migration> read(const MigrationFolder& folder) const = 0;
    /// Writes an empty migration and returns its path. Throws ErrorKind::already_exists.
    virtual std::filesystem::path create(const MigrationFolder& folder, std::string_view version,
                                         std::string_view name) const = 0;
};

/// The layout of that name in the configuration ("auto", "keel"). Throws ErrorKind::unsupported.
const MigrationLayout& migration_layout(std::string_view name);

/// A path as messages show it.
std::string shown_path(const std::filesystem::path& path, const std::filesystem::path& root);

}  // namespace keel
