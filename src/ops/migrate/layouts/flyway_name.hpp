#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keel {

enum class FlywayKind { versioned, undo, repeatable, baseline };

/// `V1.2__add_users.sql`, cut.
struct FlywayName {
    FlywayKind kind = FlywayKind::versioned;
    std::string version;  ///< "1.2", also when the file says 1_2; empty for a repeatable one
    std::string description;
};

/// Reads the name of a script or of a program (V2__x.java). Nothing when it is not of Flyway's
/// form.
std::optional<FlywayName> parse_flyway_name(std::string_view file);

/// Whether somebody probably meant it to be of that form: V1_x.sql.
bool is_nearly_flyway_name(std::string_view file) noexcept;

/// What Flyway tells versions apart by: 1.0 is 1, 01 is 1.
std::string flyway_version_key(std::string_view version);

}  // namespace keel
