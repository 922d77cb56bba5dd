#include "ops/backup/services.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "db/admin.hpp"
#include "db/table_archive.hpp"
#include "ops/backup/restore.hpp"
#include "ops/backup/restore_choice.hpp"
#include "ops/backup/store.hpp"
#include "ops/backup/take.hpp"

namespace keel {

namespace {

class TakeSafetyBackup final : public SafetyBackup {
  public:
    std::string create(OperationContext& context, std::string_view reason) override {
        return take_backup(context, {.reason = std::string(reason)}).manifest.id;
    }

    void restore(OperationContext& context, std::string_view id) override {
        const auto operation = make_restore_of(std::string(id));
        Report report;
        static_cast<void>(operation->plan(context));
        operation->apply(context, report);
        context.lock();
        operation->verify(context, report);
    }
};

class TakeTableBackups final : public TableBackups {
  public:
    std::optional<std::string> create(OperationContext& context, std::span<const TableName> tables,
                                      std::string_view reason) override {
        Connection* connection = context.connection_if_exists();
        if (connection == nullptr) return std::nullopt;
        TakeOptions options{.label = {}, .note = {}, .reason = std::string(reason)};
        const auto known = context.engine().table_archive().list(*connection);
        for (const TableName& table : tables)
            if (std::ranges::find(known, table) != known.end()) options.tables.push_back(table);
        if (options.tables.empty()) return std::nullopt;
        return take_backup(context, options).manifest.id;
    }

    void restore(OperationContext& context, std::string_view id,
                 std::span<const TableName> tables) override {
        const Manifest manifest = choose_for_restore(context, std::string(id)).manifest;
        const Repository repository = open_repository(context);
        const auto streams = repository.streams(manifest);
        const auto restorer =
            context.engine().table_archive().prepare({.content = manifest.content,
                                                      .streams = *streams,
                                                      .target = context.environment().url,
                                                      .run_id = context.run_id()},
                                                     context.context());
        TableSelection selection{.tables = {tables.begin(), tables.end()}};
        if (selection.tables.empty()) selection.tables = restorer->known();
        restorer->run(context.connection(), selection);
    }
};

class Overview final : public BackupOverview {
  public:
    std::optional<BackupSummary> newest(OperationContext& context) override {
        const auto repository = repository_if_exists(context);
        if (!repository) return std::nullopt;
        for (const Backup& backup : repository->list().backups) {
            if (!backup.is_readable() || backup.state == BackupState::damaged) continue;
            if (backup.manifest.environment != context.choice().name) continue;
            if (is_of_tables(backup.manifest.content)) continue;
            return BackupSummary{.id = backup.id,
                                 .created_at = format_utc(backup.manifest.created_at),
                                 .verified = backup.state == BackupState::verified};
        }
        return std::nullopt;
    }
};

class BackupRecoverer final : public Recoverer {
  public:
    std::vector<Recovery> find(OperationContext& context) override {
        std::vector<Recovery> found;
        find_in_repository(context, found);
        find_beside_database(context, found);
        return found;
    }

  private:
    static void find_in_repository(OperationContext& context, std::vector<Recovery>& found) {
        auto opened = repository_if_exists(context);
        if (!opened) return;
        // Shared by the recoveries, which outlive this call.
        const auto repository = std::make_shared<Repository>(std::move(*opened));
        for (const RepositoryLeftover& leftover : repository->leftovers()) {
            found.push_back({.what = leftover.what,
                             .action = leftover.action,
                             .destructive = false,
                             .resolve = [repository, leftover, &context] {
                                 repository->resolve(leftover, context.context());
                             }});
        }
    }

    static void find_beside_database(OperationContext& context, std::vector<Recovery>& found) {
        const Admin& admin = context.engine().admin();
        const DatabaseUrl& url = context.environment().url;
        for (const Leftover& leftover : admin.find_leftovers(url)) {
            found.push_back({.what = describe(leftover),
                             .action = leftover.advice,
                             .destructive = leftover.kind == Leftover::Kind::replaced,
                             .resolve = [&admin, url, leftover] { admin.resolve(url, leftover); }});
        }
    }

    static std::string describe(const Leftover& leftover) {
        switch (leftover.kind) {
            case Leftover::Kind::staged:
                return fmt::format("unfinished restore '{}'", leftover.name);
            case Leftover::Kind::replaced:
                return fmt::format("replaced database '{}'", leftover.name);
            case Leftover::Kind::unfinished_swap:
                return fmt::format("interrupted replacement '{}'", leftover.name);
        }
        return leftover.name;
    }
};

}  // namespace

std::unique_ptr<SafetyBackup> make_safety_backup() {
    return std::make_unique<TakeSafetyBackup>();
}

std::unique_ptr<TableBackups> make_table_backups() {
    return std::make_unique<TakeTableBackups>();
}

std::unique_ptr<BackupOverview> make_backup_overview() {
    return std::make_unique<Overview>();
}

std::unique_ptr<Recoverer> make_backup_recoverer() {
    return std::make_unique<BackupRecoverer>();
}

}  // namespace keel
