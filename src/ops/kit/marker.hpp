#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "db/database_identity.hpp"
#include "db/engine.hpp"
#include "model/environment.hpp"

namespace keel {

/// What the database says about itself (table keel_meta / keel.meta), bound to its identity so that
/// a copy is known as one.
struct Marker {
    std::string project;
    std::string environment;
    EnvironmentKind kind = EnvironmentKind::development;
    bool is_protected = false;
    std::string instance_id;  ///< uuid
    DatabaseIdentity bound;
    std::string stamped_at;
};

enum class MarkerState {
    absent,    ///< never stamped
    match,     ///< says what the configuration says, and is where it was stamped
    moved,     ///< says what the configuration says, unprotected, but elsewhere: re-stamped at the
               ///< next change
    copy,      ///< a copy of another environment's (or of a protected) database
    mismatch,  ///< the very database that was stamped as another environment
};

struct MarkerCheck {
    MarkerState state = MarkerState::absent;
    std::optional<Marker> marker;
    std::string explanation;  ///< "configuration says dev, database says prod"
    /// Protected by configuration or by marker: the strictest wins.
    bool is_protected = false;
};

std::optional<Marker> read_marker(Connection& connection, const Engine& engine);
MarkerCheck check_marker(Connection& connection, const Engine& engine,
                         const Environment& environment);

/// Writes (or replaces) the marker in the connection's current or an own transaction; makes the
/// table when needed. A new instance id is drawn when there was none or `new_instance`. `location`
/// is said of a database that is about to take another's place: that place.
void stamp_marker(Connection& connection, const Engine& engine, const Environment& environment,
                  std::string_view project, bool new_instance, TimePoint now,
                  std::string_view location = {});

/// Single values beside the marker ("audit_head:…", "schema_fingerprint").
std::optional<std::string> read_meta(Connection& connection, const Engine& engine,
                                     std::string_view key);
void write_meta(Connection& connection, const Engine& engine, std::string_view key,
                std::string_view value);

}  // namespace keel
