#include "ops/migrate/migrator.hpp"

#include "ops/migrate/fingerprint.hpp"
#include "ops/migrate/sources.hpp"
#include "ops/migrate/up.hpp"

namespace keel {
namespace {

class ProjectMigrator final : public Migrator {
  public:
    MigrationSummary summary(OperationContext& context) override {
        const auto files = read_migrations_if_any(context);
        const Standing standing = compare(files, read_history(context));
        MigrationSummary summary;
        summary.current = standing.newest;
        summary.applied = static_cast<int>(standing.applied.size());
        for (const Migration* migration : standing.pending)
            summary.pending.push_back(migration->version);
        for (const AppliedEntry& entry : standing.applied) {
            if (entry.is_missing()) summary.missing.push_back(entry.row.version);
            if (entry.is_changed()) summary.changed.push_back(entry.row.version);
            summary.unfinished = summary.unfinished || entry.is_unfinished();
        }
        if (!standing.applied.empty())
            summary.drift = has_drifted(context.connection(), context.engine());
        return summary;
    }

    void apply_pending(OperationContext& context, Report& report) override {
        MigrateUp up{UpTarget{}};
        up.without_folder_is_fine();
        if (up.plan(context).empty()) return up.nothing_to_do(context, report);
        up.apply(context, report);
    }

    void forget_history(OperationContext& context) override {
        Connection& connection = context.connection();
        History(context.engine()).clear(connection);
        withdraw_fingerprint(connection, context.engine());
    }
};

}  // namespace

std::unique_ptr<Migrator> make_migrator() {
    return std::make_unique<ProjectMigrator>();
}

}  // namespace keel
