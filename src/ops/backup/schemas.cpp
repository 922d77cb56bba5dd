#include "ops/backup/schemas.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "db/dumper.hpp"
#include "db/engine.hpp"
#include "ops/backup/choose.hpp"
#include "ops/backup/store.hpp"

namespace keel {
namespace {

/// A folder of ours in the project's state, gone with this object.
class ScratchFolder {
  public:
    explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const std::filesystem::path& path() const noexcept { return path_; }

  private:
    std::filesystem::path path_;
};

void refuse_unreadable(const Backup& backup) {
    if (backup.is_readable()) return;
    const auto problem = backup.problems.empty() ? std::string("its manifest cannot be read")
                                                 : backup.problems.front();
    throw Error(ErrorKind::integrity,
                fmt::format("backup {} cannot be read: {}", backup.id, problem))
        .with_hint("look at it with: keel backup verify " + backup.id);
}

class Schemas final : public BackupSchemas {
  public:
    NamedBackup find(OperationContext& context, std::string_view text) override {
        const auto listing = open_repository(context).list();
        const auto chosen = choose_backup(listing, text, context.choice().name);
        refuse_unreadable(*chosen.backup);
        return {.id = chosen.backup->id,
                .engine = chosen.backup->manifest.content.engine,
                .warning = chosen.warning};
    }

    SchemaModel read(OperationContext& context, const NamedBackup& backup,
                     Connection& empty) override {
        const auto repository = open_repository(context);
        const auto listing = repository.list();
        const auto chosen = choose_backup(listing, backup.id, context.choice().name);
        refuse_unreadable(*chosen.backup);
        const auto& manifest = chosen.backup->manifest;
        const auto& engine = context.engine_for(manifest.content.engine);
        const ScratchFolder folder(context.project().state_directory() /
                                   ("schema-" + context.run_id()));
        const auto streams = repository.streams(manifest);
        try {
            return engine.dumper().read_schema(manifest.content, *streams,
                                               {.empty = empty, .folder = folder.path()},
                                               context.context());
        } catch (Error& error) {
            error.add_trail(fmt::format("read the schema of backup {}", backup.id));
            throw;
        }
    }
};

}  // namespace

std::unique_ptr<BackupSchemas> make_backup_schemas() {
    return std::make_unique<Schemas>();
}

}  // namespace keel
