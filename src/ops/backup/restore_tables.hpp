#pragma once

#include <memory>

#include "ops/backup/restore_choice.hpp"

namespace keel {

/// Brings tables of a backup back into a database that stays otherwise as it is: those that
/// --table and --schema name, or all of them; with --as one of them under another name.
std::unique_ptr<Operation> make_restore_of_tables(const OptionValues& options,
                                                  RestoreChoice choice);

}  // namespace keel
