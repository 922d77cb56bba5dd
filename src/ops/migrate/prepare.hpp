#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/engine.hpp"
#include "model/migration.hpp"

namespace keel {

/// Migrations may touch the history table of the tool that they were written for. Each that does,
/// and does not make it itself, first gets the statement that makes the table, with the tool's own
/// columns, where it is not there.
void provide_history_table(std::vector<Migration>& migrations, std::string_view layout,
                           const Engine& engine);

/// In the comments that an up begins with: the versions it stands for, with blanks between.
constexpr std::string_view replaces_mark = "-- keel:replaces";

/// Reads these marks.
void read_replaced_versions(std::vector<Migration>& migrations);

/// Marks the named ones as not to be run. Throws ErrorKind::not_found for a version that no file
/// has.
void skip_migrations(std::vector<Migration>& migrations, const std::vector<std::string>& versions);

}  // namespace keel
