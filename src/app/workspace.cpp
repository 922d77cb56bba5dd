#include "app/workspace.hpp"

#include <fmt/format.h>

#include <mutex>

#include "app/declared_schema.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/postgres/engine.hpp"
#include "engines/sqlite/engine.hpp"
#include "ops/audit/operations.hpp"
#include "ops/backup/operations.hpp"
#include "ops/backup/schemas.hpp"
#include "ops/backup/services.hpp"
#include "ops/copy/operations.hpp"
#include "ops/database/operations.hpp"
#include "ops/env/operations.hpp"
#include "ops/health/operations.hpp"
#include "ops/inspect/operations.hpp"
#include "ops/lint/operations.hpp"
#include "ops/lint/service.hpp"
#include "ops/migrate/migration_files.hpp"
#include "ops/migrate/migrator.hpp"
#include "ops/migrate/operations.hpp"
#include "ops/plan/operations.hpp"
#include "ops/schema/operations.hpp"

namespace keel {
namespace {

/// Each engine is made when it is first asked for.
class Engines final : public EngineSet {
  public:
    /// `files` are SQLite's; both must outlive this.
    Engines(const Extensions& extensions, const std::vector<std::string>& files)
        : extensions_(extensions), files_(files) {}

    const Engine& engine(EngineKind kind) const override {
        const std::scoped_lock lock(mutex_);
        switch (kind) {
            case EngineKind::sqlite:
                if (!sqlite_)
                    sqlite_ =
                        sqlite::make_engine({.extensions = files_, .on_connect = on_connect(kind)});
                return *sqlite_;
            case EngineKind::postgres:
                if (!files_.empty()) throw only_for_sqlite();
                if (!postgres_) postgres_ = postgres::make_engine({.on_connect = on_connect(kind)});
                return *postgres_;
        }
        throw Error(ErrorKind::internal, "unknown engine");
    }

  private:
    static Error only_for_sqlite() {
        return Error(ErrorKind::usage, "--load-extension is for SQLite, and this is PostgreSQL")
            .with_hint("on PostgreSQL a migration says: create extension …");
    }

    std::function<void(Connection&)> on_connect(EngineKind kind) const {
        if (!extensions_.on_connect) return {};
        return [this, kind](Connection& connection) { extensions_.on_connect(connection, kind); };
    }

    const Extensions& extensions_;
    const std::vector<std::string>& files_;
    mutable std::mutex mutex_;
    mutable std::unique_ptr<Engine> sqlite_;
    mutable std::unique_ptr<Engine> postgres_;
};

Registry make_registry() {
    std::vector<OperationEntry> entries;
    const auto add = [&](std::span<const OperationEntry> family) {
        entries.insert(entries.end(), family.begin(), family.end());
    };
    add(health_operations());
    add(env_operations());
    add(migrate_operations());
    add(lint_operations());
    add(backup_operations());
    add(copy_operations());
    add(schema_operations());
    add(inspect_operations());
    add(database_operations());
    add(audit_operations());
    add(plan_operations());
    return Registry(std::move(entries));
}

Report unknown_operation(const Registry& registry, const Invocation& invocation) {
    std::vector<std::string> names;
    for (const auto& entry : registry.entries()) names.emplace_back(entry.spec->name);
    Report report;
    report.command = invocation.operation;
    report.error =
        Error(ErrorKind::usage, fmt::format("unknown command '{}'{}", invocation.operation,
                                            did_you_mean(invocation.operation, names)))
            .with_hint("list the commands with: keel help");
    return report;
}

}  // namespace

struct Workspace::Parts {
    EnvironmentReader variables;
    Extensions extensions;
    std::vector<std::string> no_files;
    Engines engines{extensions, no_files};
    std::unique_ptr<SafetyBackup> safety_backup = make_safety_backup();
    std::unique_ptr<TableBackups> table_backups = make_table_backups();
    std::unique_ptr<BackupOverview> backups = make_backup_overview();
    std::unique_ptr<BackupSchemas> backup_schemas = make_backup_schemas();
    std::unique_ptr<Migrator> migrator = make_migrator();
    std::unique_ptr<MigrationFiles> migrations = make_migration_files();
    std::unique_ptr<MigrationLinter> linter = make_migration_linter();
    std::unique_ptr<DeclaredModels> models;
    std::unique_ptr<Recoverer> backup_recoverer = make_backup_recoverer();
    Services services{.safety_backup = safety_backup.get(),
                      .table_backups = table_backups.get(),
                      .backups = backups.get(),
                      .backup_schemas = backup_schemas.get(),
                      .migrator = migrator.get(),
                      .migrations = migrations.get(),
                      .linter = linter.get(),
                      .recoverers = {backup_recoverer.get()},
                      .extensions = &extensions};
    Registry registry = make_registry();
};

Workspace::Workspace(EnvironmentReader variables, Extensions extensions)
    : parts_(std::make_unique<Parts>()) {
    parts_->variables = std::move(variables);
    parts_->extensions = std::move(extensions);
}
Workspace::~Workspace() = default;

void Workspace::declare(SchemaDeclaration models) {
    parts_->models = make_declared_models(std::move(models));
    parts_->services.models = parts_->models.get();
}

const Registry& Workspace::registry() const noexcept {
    return parts_->registry;
}

Report Workspace::run(const Invocation& invocation, Interaction& interaction,
                      const Context& context) {
    const auto* entry = parts_->registry.find(invocation.operation);
    if (entry == nullptr) return unknown_operation(parts_->registry, invocation);
    if (entry->redirect != nullptr) return redirected(*entry, invocation, interaction, context);
    // What is loaded for one call is in no other's connections.
    const auto& files = invocation.overrides.load_extensions;
    const Engines own(parts_->extensions, files);
    return Runner(files.empty() ? parts_->engines : own, parts_->services, parts_->variables,
                  interaction)
        .run(*entry, invocation, context);
}

/// The report says which command was typed; its result says which one that stood for.
Report Workspace::redirected(const OperationEntry& entry, const Invocation& invocation,
                             Interaction& interaction, const Context& context) {
    Report report;
    try {
        const auto meant = entry.redirect(invocation);
        report = run(meant, interaction, context);
        report.result.set("operation", meant.operation);
    } catch (const Error& error) {
        report.error = error;
    }
    report.command = entry.spec->name;
    return report;
}

}  // namespace keel
