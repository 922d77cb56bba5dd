#include "ops/backup/copy_to.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "base/error.hpp"
#include "base/text.hpp"
#include "model/object_storage.hpp"
#include "ops/backup/choose.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/store.hpp"
#include "repository/copy_backup.hpp"

namespace keel {

namespace {

std::string absolute_place(const std::string& place) {
    if (is_object_storage(place)) return place;
    return std::filesystem::absolute(place).lexically_normal().string();
}

class CopyTo final : public Operation {
  public:
    explicit CopyTo(const OptionValues& options)
        : place_(absolute_place(options.text("repository"))), wanted_(options.text("id")) {}

    Plan plan(OperationContext& context) override {
        if (place_ == context.project().backup().repository)
            throw Error(ErrorKind::usage, "the backups are in this repository already");
        const Repository from = open_repository(context);
        if (!from.can_read()) {
            throw Error(ErrorKind::config, "this key may write backups, and not read them")
                .with_hint("copy with the passphrase, or a key file that may read");
        }
        const Listing there = existing(context);
        chosen_ = choose(context, from.list());
        std::erase_if(chosen_, [&](const Backup& backup) { return there.find(backup.id); });
        Plan plan;
        for (const Backup& backup : chosen_) {
            plan.steps.push_back(
                {.step = fmt::format("copy backup {}", backup.id),
                 .detail = fmt::format("of '{}', {} UTC, {}, to {}", backup.manifest.environment,
                                       time_text(backup.manifest.created_at),
                                       format_bytes(backup.manifest.bytes_stored()), place_)});
        }
        return plan;
    }

    void apply(OperationContext& context, Report& report) override {
        const Repository from = open_repository(context);
        Repository to = open_or_create_other_repository(context, place_);
        Json copied = Json::array();
        for (const Backup& backup : chosen_) {
            const CommittedBackup made = copy_backup(from, backup, to, context.context());
            verify_there(context, to, backup.id);
            copied.push_back(Json::object()
                                 .set("id", backup.id)
                                 .set("bytes_stored", made.manifest.bytes_stored())
                                 .set("bytes_new", made.manifest.bytes_new)
                                 .set("verified", true));
            report.result.set("repository", place_).set("backups", copied);
            report.body.emplace_back(MarkedLine{
                Mark::ok, fmt::format("copied {} ({} new), and verified it there", backup.id,
                                      format_bytes(made.manifest.bytes_new))});
        }
    }

    void nothing_to_do(OperationContext&, Report& report) override {
        report.result.set("repository", place_).set("backups", Json::array());
        report.body.emplace_back(MarkedLine{Mark::ok, "every backup is there already"});
    }

  private:
    Listing existing(OperationContext& context) const {
        auto repository = other_repository_if_exists(context, place_);
        return repository ? repository->list() : Listing();
    }

    /// Oldest first, as they were made. What is damaged is not carried on.
    std::vector<Backup> choose(OperationContext& context, const Listing& listing) const {
        if (!wanted_.empty()) {
            const Backup& backup = *choose_backup(listing, wanted_, context.choice().name).backup;
            if (backup.state == BackupState::damaged)
                throw Error(ErrorKind::integrity, fmt::format("backup {} is damaged: {}", backup.id,
                                                              join(backup.problems, "; ")));
            return {backup};
        }
        std::vector<Backup> chosen;
        for (const Backup& backup : listing.backups | std::views::reverse) {
            if (backup.is_readable() && backup.state != BackupState::damaged)
                chosen.push_back(backup);
        }
        return chosen;
    }

    static void verify_there(OperationContext& context, Repository& to, const std::string& id) {
        const Listing listing = to.list();
        const Backup* backup = listing.find(id);
        if (!backup) throw Error(ErrorKind::integrity, fmt::format("backup {} is gone", id));
        const Verification check = to.verify(*backup, context.context());
        to.record(*backup, check);
        if (check.ok) return;
        throw Error(ErrorKind::integrity, fmt::format("the copy of backup {} is damaged: {}", id,
                                                      join(check.problems, "; ")));
    }

    std::string place_;
    std::string wanted_;
    std::vector<Backup> chosen_;
};

}  // namespace

std::unique_ptr<Operation> make_backup_copy_to(const OptionValues& options) {
    return std::make_unique<CopyTo>(options);
}

}  // namespace keel
