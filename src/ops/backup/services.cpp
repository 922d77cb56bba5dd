#include "ops/backup/services.hpp"

#include <fmt/format.h>

#include "db/admin.hpp"
#include "ops/backup/store.hpp"
#include "ops/backup/take.hpp"

namespace keel {

namespace {

class TakeSafetyBackup final : public SafetyBackup {
  public:
    std::string create(OperationContext& context, std::string_view reason) override {
        return take_backup(context, {.reason = std::string(reason)}).manifest.id;
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

std::unique_ptr<BackupOverview> make_backup_overview() {
    return std::make_unique<Overview>();
}

std::unique_ptr<Recoverer> make_backup_recoverer() {
    return std::make_unique<BackupRecoverer>();
}

}  // namespace keel
