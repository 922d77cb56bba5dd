#pragma once

#include <memory>

#include "ops/kit/services.hpp"

namespace keel {

/// What this family does for the others; app puts them into Services.
std::unique_ptr<SafetyBackup> make_safety_backup();
std::unique_ptr<TableBackups> make_table_backups();
std::unique_ptr<BackupOverview> make_backup_overview();
/// Finds half-made backups, gaps of the repository, and what engines left beside the database.
std::unique_ptr<Recoverer> make_backup_recoverer();

}  // namespace keel
