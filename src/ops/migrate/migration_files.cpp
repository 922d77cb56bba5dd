#include "ops/migrate/migration_files.hpp"

#include "ops/migrate/sources.hpp"

namespace keel {
namespace {

class ProjectMigrationFiles final : public MigrationFiles {
  public:
    std::vector<Migration> read(OperationContext& context) override {
        return read_migrations_if_any(context);
    }
    std::vector<AppliedMigration> history(OperationContext& context) override {
        return read_history(context);
    }
};

}  // namespace

std::unique_ptr<MigrationFiles> make_migration_files() {
    return std::make_unique<ProjectMigrationFiles>();
}

}  // namespace keel
