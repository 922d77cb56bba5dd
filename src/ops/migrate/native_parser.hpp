#pragma once

#include <string>
#include <string_view>

#include "model/migration.hpp"

namespace keel {

/// Cuts the text of a migration in Keel's own (and dbmate's) form into sections and fills `up`,
/// `down` and `verify` of the result, and its checksum. Markers count on every line, wherever it
/// stands: inside a string or a dollar-quoted body too. Throws ErrorKind::invalid_input with file,
/// line and column: text before the first marker, no up section, two sections of one kind for one
/// engine, a bad marker.
Migration parse_native_migration(std::string_view text, const std::string& file);

/// The down sections as text that `parse_recorded_down` reads again: what the history keeps.
/// Empty when there are none.
std::string down_text(const Migration& migration);

/// Reads what `down_text` wrote, into `down`. `name` stands for the file in errors.
Migration parse_recorded_down(std::string_view text, const std::string& name);

}  // namespace keel
