#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace keel {

/// A migration file's text as Keel works on it: valid UTF-8 without a byte order mark and without
/// NUL. `shown` names the file in errors. Throws ErrorKind::invalid_input with the line of the
/// first bad byte, and what read_file throws.
std::string read_migration_text(const std::filesystem::path& path, const std::string& shown);

/// What two texts have in common that differ in line ends, blanks at line ends or empty lines at
/// the end only: digest of the normalised text. Such edits do not change a migration.
std::string migration_checksum(std::string_view text);

}  // namespace keel
