#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/migration.hpp"

namespace keel {

enum class SectionKind { up, verify, down };
std::string_view to_string(SectionKind kind) noexcept;

/// A `-- migrate:…` line, read. `section` has the options; its text is still empty.
struct MarkerLine {
    SectionKind kind = SectionKind::up;
    MigrationSection section;
};

/// Whether the line is meant as a marker: a comment whose first word begins with "migrate:", in any
/// case and at any indentation.
bool is_marker_line(std::string_view line) noexcept;

/// Reads a line that `is_marker_line`. Throws ErrorKind::invalid_input with line, column and the
/// nearest valid word: a marker that does not stand at the beginning of its line, an unknown
/// section, an unknown or repeated option, a value that cannot be.
MarkerLine parse_marker_line(std::string_view line, const std::string& file, int line_number);

}  // namespace keel
