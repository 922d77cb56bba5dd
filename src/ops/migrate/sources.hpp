#pragma once

#include <future>
#include <optional>
#include <vector>

#include "model/migration.hpp"
#include "ops/kit/operation_context.hpp"
#include "ops/migrate/layout.hpp"
#include "ops/migrate/migration_cache.hpp"
#include "ops/migrate/run.hpp"

namespace keel {

/// The project's migrations folder and layout, as configured or given.
MigrationFolder migration_folder(OperationContext& context);
const MigrationLayout& project_layout(OperationContext& context);

/// The files. Throws what MigrationLayout::read throws.
std::vector<Migration> read_migrations(OperationContext& context);
struct MigrationList {
    std::vector<Migration> migrations;
    bool has_sections = true;  ///< false: everything but what is to be run
};
/// As read_migrations, without the sections where that spares reading the files. What was kept is
/// looked at beside the caller, who talks to the database meanwhile, from the construction on.
class MigrationLister {
  public:
    explicit MigrationLister(OperationContext& context);
    /// Once. Throws what read_migrations throws.
    MigrationList list();

  private:
    OperationContext& context_;
    std::optional<MigrationCache> cache_;  ///< absent where the files alone do not decide
    std::future<std::optional<std::vector<Migration>>> known_;  ///< ends before the cache does
};
/// As read_migrations, none when there is no folder: for those who only ask whether something is
/// pending.
std::vector<Migration> read_migrations_if_any(OperationContext& context);

/// The history of the operation's database; empty when there is no database yet.
std::vector<AppliedMigration> read_history(OperationContext& context);

/// A run on the operation's own connection, whose lock is held.
MigrationRun make_run(OperationContext& context);

}  // namespace keel
