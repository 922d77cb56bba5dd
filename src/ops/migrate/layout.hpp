#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment_variables.hpp"
#include "model/migration.hpp"

namespace keel {

/// Where a project keeps its migrations.
struct MigrationFolder {
    std::filesystem::path directory;        ///< absolute
    std::filesystem::path root;             ///< files below it are shown relative to it
    std::optional<EngineKind> engine = {};  ///< files that are for another are left out, if known
    EnvironmentReader variables = {};       ///< for files that ask for environment variables
};

/// A file of a migration that is to be written.
struct NewFile {
    std::filesystem::path path;  ///< relative to the migrations folder
    std::string text;
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
    /// The files that `create` writes, the one with the up first. Throws ErrorKind::unsupported
    /// where only the tool itself can make a migration.
    virtual std::vector<NewFile> new_files(std::string_view version,
                                           std::string_view name) const = 0;
};

/// The layout of that name in the configuration ("keel", "goose"); "auto" looks at the folder.
/// Throws ErrorKind::unsupported for a name that is none.
const MigrationLayout& migration_layout(std::string_view name, const MigrationFolder& folder);

/// Writes an empty migration and returns the path of its up. Throws ErrorKind::already_exists.
std::filesystem::path create_migration(const MigrationLayout& layout, const MigrationFolder& folder,
                                       std::string_view version, std::string_view name);

/// Writes a migration's files and returns the path of its up. Throws ErrorKind::already_exists.
std::filesystem::path write_migration(const std::vector<NewFile>& files,
                                      const MigrationFolder& folder);

/// A path as messages show it.
std::string shown_path(const std::filesystem::path& path, const std::filesystem::path& root);

}  // namespace keel
