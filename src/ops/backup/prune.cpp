#include "ops/backup/prune.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/backup/choose.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/retention.hpp"
#include "ops/backup/store.hpp"

namespace keel {

namespace {

class Prune final : public Operation {
  public:
    explicit Prune(bool all) : all_(all) {}

    Plan plan(OperationContext& context) override {
        doomed_.clear();
        kept_ = Json::array();
        const Repository repository = open_repository(context);
        if (!repository.can_read()) {
            throw Error(ErrorKind::config, "this key may write backups, and not remove them")
                .with_hint("prune with the passphrase, or a key file that may read");
        }
        const Listing listing = repository.list();
        const auto verdicts = judge(context, listing);
        Plan plan;
        for (const RetentionVerdict& verdict : verdicts) {
            const Backup& backup = *listing.find(verdict.id);
            plan.steps.push_back(
                {.step =
                     fmt::format("{} backup {}", verdict.stays() ? "keep" : "remove", verdict.id),
                 .detail = describe(backup, verdict),
                 .destructive = !verdict.stays()});
            if (!verdict.stays()) doomed_.push_back(verdict.id);
            if (verdict.stays())
                kept_.push_back(Json::object()
                                    .set("id", verdict.id)
                                    .set("reasons", Json::from(verdict.reasons)));
        }
        return plan;
    }

    void apply(OperationContext& context, Report& report) override {
        Repository repository = open_repository(context);
        const Garbage garbage = doomed_.empty() ? repository.collect(context.context())
                                                : repository.remove(doomed_, context.context());
        report.result.set("removed", Json::from(doomed_))
            .set("kept", kept_)
            .set("bytes_freed", garbage.bytes())
            .set("packs_removed", garbage.removed.size())
            .set("packs_waiting", garbage.waiting.size());
        report.body.emplace_back(MarkedLine{
            Mark::ok,
            fmt::format("removed {}, kept {}; {} freed", count_of(doomed_.size(), "backup"),
                        kept_.as_array().size(), format_bytes(garbage.bytes()))});
        if (!garbage.waiting.empty()) {
            report.body.emplace_back(MarkedLine{
                Mark::skipped,
                fmt::format("{} may be needed by a backup that is being made now: the next prune "
                            "looks again",
                            count_of(garbage.waiting.size(), "pack"))});
        }
        if (!garbage.problem.empty()) report.warnings.push_back(garbage.problem);
    }

    void nothing_to_do(OperationContext&, Report& report) override {
        report.result.set("removed", Json::array()).set("kept", Json::array());
        report.body.emplace_back(MarkedLine{Mark::ok, "there are no backups to judge"});
    }

  private:
    std::vector<RetentionVerdict> judge(OperationContext& context, const Listing& listing) const {
        std::vector<RetentionItem> items;
        for (const Backup& backup : listing.backups) {
            const bool is_own =
                backup.is_readable() && backup.manifest.environment == context.choice().name;
            if (all_ || is_own) items.push_back(retention_item(backup));
        }
        return judge_retention(items, retention_rules(context.project().backup().keep),
                               context.context().clock.now());
    }

    static std::string describe(const Backup& backup, const RetentionVerdict& verdict) {
        if (!backup.is_readable()) return join(verdict.reasons, ", ");
        const Manifest& manifest = backup.manifest;
        std::string text = fmt::format("of '{}', {} UTC, {}", manifest.environment,
                                       time_text(manifest.created_at), manifest.reason);
        if (!manifest.label.empty()) text += fmt::format(" '{}'", manifest.label);
        if (verdict.stays()) text += ": " + join(verdict.reasons, ", ");
        return text;
    }

    bool all_ = false;
    std::vector<std::string> doomed_;
    Json kept_;
};

class PinBackup final : public Operation {
  public:
    explicit PinBackup(const OptionValues& options)
        : wanted_(options.text("id")), note_(options.text("note")) {}

    Plan plan(OperationContext& context) override {
        const Listing listing = open_repository(context).list();
        id_ = choose_backup(listing, wanted_, context.choice().name).backup->id;
        return {{{.step = fmt::format("pin backup {}", id_), .detail = note_}}};
    }

    void apply(OperationContext& context, Report& report) override {
        open_repository(context).pin(id_, note_, context.context());
        report.result.set("id", id_).set("pinned", true);
        report.body.emplace_back(MarkedLine{Mark::ok, fmt::format("backup {} stays", id_)});
    }

  private:
    std::string wanted_;
    std::string note_;
    std::string id_;
};

class UnpinBackup final : public Operation {
  public:
    explicit UnpinBackup(std::string id) : wanted_(std::move(id)) {}

    Plan plan(OperationContext& context) override {
        const Listing listing = open_repository(context).list();
        const Backup& backup = *choose_backup(listing, wanted_, context.choice().name).backup;
        id_ = backup.id;
        if (!backup.is_pinned) return {};
        return {{{.step = fmt::format("unpin backup {}", id_), .detail = "the rules count again"}}};
    }

    void apply(OperationContext& context, Report& report) override {
        open_repository(context).unpin(id_, context.context());
        report.result.set("id", id_).set("pinned", false);
        report.body.emplace_back(
            MarkedLine{Mark::ok, fmt::format("backup {} is as any other", id_)});
    }

    void nothing_to_do(OperationContext&, Report& report) override {
        report.result.set("id", id_).set("pinned", false);
        report.body.emplace_back(MarkedLine{Mark::ok, fmt::format("backup {} is not pinned", id_)});
    }

  private:
    std::string wanted_;
    std::string id_;
};

}  // namespace

std::unique_ptr<Operation> make_backup_prune(const OptionValues& options) {
    return std::make_unique<Prune>(options.flag("all"));
}

std::unique_ptr<Operation> make_backup_pin(const OptionValues& options) {
    return std::make_unique<PinBackup>(options);
}

std::unique_ptr<Operation> make_backup_unpin(const OptionValues& options) {
    return std::make_unique<UnpinBackup>(options.text("id"));
}

}  // namespace keel
