#include <fmt/format.h>

#include <chrono>

#include "base/text.hpp"
#include "ops/health/checkup.hpp"
#include "ops/kit/audit_anchor.hpp"

namespace keel {

namespace {

using std::chrono::hours;

// How old the newest backup of a protected environment may be.
constexpr hours backup_age_warn{24};
constexpr hours backup_age_fail{7 * 24};

void add_missing_backup(Checkup& checkup) {
    auto& checks = checkup.checks;
    if (!checkup.has_database()) {
        checks.skip("backup.age", "there is nothing to back up yet");
    } else if (!checkup.is_protected()) {
        checks.skip("backup.age", "no backup yet; whatever destroys data takes one first");
    } else {
        checks.add({.name = "backup.age",
                    .status = CheckStatus::fail,
                    .message = "a protected environment has no backup",
                    .command = "keel backup create",
                    .warn = Json(backup_age_warn.count()),
                    .fail = Json(backup_age_fail.count())});
    }
}

void judge_age(Checkup& checkup, const BackupSummary& backup) {
    const auto now = checkup.context.context().clock.now();
    const auto age = std::chrono::floor<hours>(now - parse_utc(backup.created_at));
    HealthCheck check{
        .name = "backup.age",
        .message = fmt::format(
            "the newest, {}, is {} old", backup.id,
            count_of(static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0)), "hour")),
        .value = Json(age.count())};
    if (checkup.is_protected()) {
        check.warn = Json(backup_age_warn.count());
        check.fail = Json(backup_age_fail.count());
        if (age >= backup_age_fail)
            check.status = CheckStatus::fail;
        else if (age >= backup_age_warn)
            check.status = CheckStatus::warn;
    }
    if (check.status != CheckStatus::ok) check.command = "keel backup create";
    checkup.checks.add(std::move(check));
}

void judge_verification(HealthChecks& checks, const BackupSummary& backup) {
    if (backup.verified) {
        checks.ok("backup.verified", "the newest backup was read back and is whole", Json(true));
        return;
    }
    checks.add({.name = "backup.verified",
                .status = CheckStatus::warn,
                .message = "the newest backup has not been read back",
                .command = "keel backup verify " + backup.id,
                .value = Json(false)});
}

/// What the database remembers of the log, where there is one to ask.
std::optional<AuditHead> find_anchor(Checkup& checkup, const AuditLog& log) {
    if (!checkup.has_database()) return std::nullopt;
    const auto head = log.head();
    if (!head) return std::nullopt;
    const auto anchors = read_audit_anchors(*checkup.connection, checkup.context.engine());
    return find_audit_anchor(anchors, head->log_id);
}

void check_chain(Checkup& checkup) {
    auto& context = checkup.context;
    auto& checks = checkup.checks;
    const auto log = context.audit_log();
    const auto problems = log.verify(find_anchor(checkup, log));
    if (!problems.empty()) {
        const auto& first = problems.front();
        checks.add({.name = "audit.chain",
                    .status = CheckStatus::fail,
                    .message = fmt::format("{}:{}: {}", first.file, first.line, first.message),
                    .command = "keel audit verify",
                    .value = Json(problems.size())});
        return;
    }
    const auto head = log.head();
    if (!head) {
        checks.skip("audit.chain", "nothing has been changed yet, so there is no audit log");
        return;
    }
    checks.ok("audit.chain", count_of(head->sequence, "entry", "entries") + ", unbroken",
              Json(head->sequence));
}

}  // namespace

void check_backups(Checkup& checkup) {
    auto* backups = checkup.context.services().backups;
    if (!checkup.has_environment || !backups) return;
    checkup.checks.attempt("backup.age", [&] {
        const auto newest = backups->newest(checkup.context);
        if (!newest) {
            add_missing_backup(checkup);
            return;
        }
        judge_age(checkup, *newest);
        judge_verification(checkup.checks, *newest);
    });
}

void check_leftovers(Checkup& checkup) {
    if (!checkup.has_environment) return;
    auto& checks = checkup.checks;
    constexpr auto name = "recovery.leftovers";
    if (!checkup.is_reachable) {
        checks.skip(name, "the database cannot be asked");
        return;
    }
    checks.attempt(name, [&] {
        std::vector<std::string> found;
        for (auto* recoverer : checkup.context.services().recoverers) {
            for (const auto& recovery : recoverer->find(checkup.context)) {
                found.push_back(recovery.what);
            }
        }
        if (found.empty()) {
            checks.ok(name, "no interrupted run left anything", Json(0));
            return;
        }
        checks.add({.name = name,
                    .status = CheckStatus::warn,
                    .message = "left by interrupted runs: " + join(found, ", "),
                    .command = "keel recover",
                    .value = Json(found.size())});
    });
}

void check_audit(Checkup& checkup) {
    if (!checkup.has_project) return;
    checkup.checks.attempt("audit.chain", [&] { check_chain(checkup); });
}

}  // namespace keel
