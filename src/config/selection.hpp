#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace keel {

/// What `keel env use` wrote, or what an older tool left in a state file.
struct Selection {
    std::string name;    ///< as written
    std::string source;  ///< "keel env use", or the state file's name
    TimePoint at{};
};

/// The newest word on the matter: Keel's own state, else the first state file that names anything.
/// Throws ErrorKind::config for a state of Keel's that cannot be read.
std::optional<Selection> read_selection(const std::filesystem::path& state_directory,
                                        const std::vector<std::filesystem::path>& state_files);

struct NewSelection {
    std::string name;     ///< normalised: for Keel; empty forgets the selection
    std::string written;  ///< as keel.toml spells it: for the state files
    TimePoint at{};
};

/// Writes all places, or removes them to forget. Throws ErrorKind::refused before anything is
/// written when a state file holds more than a name: it is something else's.
void write_selection(const std::filesystem::path& state_directory,
                     const std::vector<std::filesystem::path>& state_files,
                     const NewSelection& selection);

}  // namespace keel
