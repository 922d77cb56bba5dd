#pragma once

#include <filesystem>
#include <optional>

#include "base/environment_variables.hpp"

namespace keel {

/// keel.toml in `start` or the nearest folder above it, up to and including the repository's root
/// (the folder with .git) or the home directory, and never onto another file system. Throws
/// ErrorKind::config for one above `start` that belongs to a stranger: not to this user, root or
/// the owner of `start`.
std::optional<std::filesystem::path> find_project_file(const std::filesystem::path& start,
                                                       const EnvironmentReader& variables);

/// Whether this user or root owns the file: commands in it may be run.
bool is_own_file(const std::filesystem::path& path) noexcept;

}  // namespace keel
