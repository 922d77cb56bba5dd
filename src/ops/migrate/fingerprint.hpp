#pragma once

#include <optional>
#include <string>

#include "ops/migrate/run.hpp"

namespace keel {

/// Whether the schema is what Keel left. Nothing is said (false) where nothing was recorded.
bool has_drifted(Connection& connection, const Engine& engine);

/// Writes the schema's fingerprint to the history's row and to the meta table, inside the open
/// transaction (or in one of its own).
void record_fingerprint(Connection& connection, const Engine& engine, std::int64_t sequence);

/// While a run is between its first change and its last, what is recorded is not true: it is
/// withdrawn, so that a run that is killed in between leaves nothing that looks like drift. Returns
/// what was recorded.
std::string withdraw_fingerprint(Connection& connection, const Engine& engine);
/// Records again what `withdraw_fingerprint` returned: nothing was changed after all.
void restore_fingerprint(Connection& connection, const Engine& engine, const std::string& value);

}  // namespace keel
