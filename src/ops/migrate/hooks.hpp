#pragma once

#include <string>
#include <vector>

#include "ops/kit/extensions.hpp"
#include "ops/kit/operation_context.hpp"
#include "ops/migrate/run.hpp"

namespace keel {

/// The project's hooks: those of keel.toml, and in Flyway's layout its callbacks (beforeMigrate.sql
/// and so on), which stand among the migrations.
MigrationHooks project_hooks(OperationContext& context);

/// Puts the hooks around each into the migrations themselves, so that they are in one transaction
/// with them. Throws ErrorKind::config for one that is no SQL file, and what reading a file throws.
void add_hooks(std::vector<Migration>& migrations, const MigrationHooks& hooks,
               const std::filesystem::path& root);

/// The migration with the hooks around each that is undone, in its down sections.
Migration with_down_hooks(Migration migration, const MigrationHooks& hooks,
                          const std::filesystem::path& root);

/// Runs the hooks before or after all: SQL files each in a transaction of its own, command lines
/// without a shell, in Keel's own folder, with KEEL_ENVIRONMENT, KEEL_ENGINE, KEEL_PROJECT and
/// KEEL_DIRECTION (up, down) set; then the application's own of that point. Throws when one fails,
/// naming it.
void run_hooks(OperationContext& context, const MigrationRun& run, const MigrationHooks& hooks,
               HookPoint point);

}  // namespace keel
