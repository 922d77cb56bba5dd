#include "ops/backup/remove.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/backup/choose.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/store.hpp"

namespace keel {

namespace {

class DeleteBackup final : public Operation {
  public:
    explicit DeleteBackup(std::string id) : wanted_(std::move(id)) {}

    Plan plan(OperationContext& context) override {
        const Listing listing = open_repository(context).list();
        const Backup& backup = *choose_backup(listing, wanted_, context.choice().name).backup;
        refuse_other_environment(context, backup);
        refuse_last_good(context, listing, backup);
        id_ = backup.id;
        return {{{.step = fmt::format("delete backup {}", backup.id),
                  .detail = describe(context, backup),
                  .destructive = true}}};
    }

    void apply(OperationContext& context, Report& report) override {
        Repository repository = open_repository(context);
        const Garbage garbage = repository.remove(id_, context.context());
        report.result.set("id", id_).set("bytes_freed", garbage.bytes());
        report.body.emplace_back(MarkedLine{
            Mark::ok,
            fmt::format("deleted backup {} ({} freed)", id_, format_bytes(garbage.bytes()))});
        if (!garbage.problem.empty()) report.warnings.push_back(garbage.problem);
    }

  private:
    static std::string describe(OperationContext& context, const Backup& backup) {
        if (!backup.is_readable()) return "damaged: its manifest cannot be read";
        const Manifest& manifest = backup.manifest;
        return fmt::format("of '{}', made {} UTC, {}, {}, {}", manifest.environment,
                           time_text(manifest.created_at),
                           size_text(user_tables(context, manifest.content)),
                           format_bytes(manifest.bytes_stored()), state_text(backup));
    }

    static bool is_configured(OperationContext& context, const std::string& environment) {
        return std::ranges::count(context.project().environment_names(), environment) > 0;
    }

    /// A backup is as protected as what it is a backup of: so it is deleted under that
    /// environment's name, and confirmed like anything destructive there.
    static void refuse_other_environment(OperationContext& context, const Backup& backup) {
        const std::string& owner = backup.manifest.environment;
        if (!backup.is_readable() || owner == context.choice().name) return;
        if (!is_configured(context, owner)) return;
        throw Error(ErrorKind::refused, fmt::format("backup {} is of '{}', not of '{}'", backup.id,
                                                    owner, context.choice().name))
            .with_hint(fmt::format("keel backup delete {} -e {}", backup.id, owner));
    }

    static void refuse_last_good(OperationContext& context, const Listing& listing,
                                 const Backup& backup) {
        if (!backup.is_readable() || !is_configured(context, backup.manifest.environment)) return;
        const std::string why = why_kept(listing, backup);
        if (why.empty()) return;
        throw Error(ErrorKind::refused, fmt::format("backup {} stays: {}", backup.id, why))
            .with_hint("make (or verify) a newer one first: keel backup create");
    }

    std::string wanted_;
    std::string id_;
};

}  // namespace

std::unique_ptr<Operation> make_backup_delete(const OptionValues& options) {
    return std::make_unique<DeleteBackup>(options.text("id"));
}

}  // namespace keel
