#include "ops/backup/retention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "model/manifest_scope.hpp"
#include "ops/backup/choose.hpp"

namespace keel {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;

/// Clocks of different machines may differ so much.
constexpr std::chrono::minutes clock_tolerance{5};
constexpr days safety_period{7};

using Bucket = std::int64_t;
using BucketOf = std::function<Bucket(TimePoint)>;

Bucket hour_of(TimePoint time) {
    return floor<hours>(time).time_since_epoch().count();
}
Bucket day_of(TimePoint time) {
    return floor<days>(time).time_since_epoch().count();
}
/// Weeks begin on Monday; the epoch was a Thursday.
Bucket week_of(TimePoint time) {
    return floor<std::chrono::weeks>(floor<days>(time) + days{3}).time_since_epoch().count();
}
Bucket month_of(TimePoint time) {
    const std::chrono::year_month_day date(floor<days>(time));
    return Bucket{int(date.year())} * 12 + Bucket{unsigned(date.month())};
}
Bucket year_of(TimePoint time) {
    return int(std::chrono::year_month_day(floor<days>(time)).year());
}

class Judge {
  public:
    Judge(std::span<const RetentionItem> items, const RetentionRules& rules, TimePoint now)
        : items_(items), rules_(rules), now_(now), verdicts_(items.size()) {
        for (std::size_t i = 0; i < items.size(); ++i) {
            verdicts_[i].id = items[i].id;
            newest_first_.push_back(i);
        }
        std::ranges::sort(newest_first_, std::greater(),
                          [&](std::size_t i) { return items_[i].sequence; });
    }

    std::vector<RetentionVerdict> run() {
        keep_whatever_the_rules_say();
        std::map<std::tuple<std::string, std::string, bool, bool>, std::vector<std::size_t>> groups;
        for (const std::size_t i : newest_first_) {
            if (!counts(items_[i])) continue;
            const RetentionItem& item = items_[i];
            groups[{item.environment, item.label, item.is_safety, item.is_of_tables}].push_back(i);
        }
        for (const auto& [name, members] : groups) apply_rules(members);
        keep_for_environments();
        return std::move(verdicts_);
    }

  private:
    bool is_from_future(const RetentionItem& item) const {
        return item.created_at > now_ + clock_tolerance;
    }
    bool counts(const RetentionItem& item) const {
        return !item.is_damaged && !is_from_future(item);
    }
    void keep(std::size_t i, std::string reason) {
        verdicts_[i].reasons.push_back(std::move(reason));
    }

    void keep_whatever_the_rules_say() {
        for (std::size_t i = 0; i < items_.size(); ++i) {
            const RetentionItem& item = items_[i];
            if (item.is_pinned) keep(i, "pinned");
            if (item.is_damaged) keep(i, "damaged: look at it, and delete it yourself");
            if (is_from_future(item)) keep(i, "its time lies in the future");
            if (item.is_safety && item.created_at > now_ - safety_period)
                keep(i, "a safety backup of the last 7 days");
            if (rules_.empty()) keep(i, "there are no rules ([backup] keep)");
        }
    }

    void apply_rules(const std::vector<std::size_t>& members) {
        for (const std::size_t i : members) {
            if (rules_.within.count() > 0 && items_[i].created_at >= now_ - rules_.within)
                keep(i, "within " + format_duration(rules_.within));
        }
        for (std::size_t n = 0; n < members.size() && n < rules_.last; ++n)
            keep(members[n], fmt::format("last {}", n + 1));
        keep_newest_of_each(members, rules_.hourly, "hourly", hour_of);
        keep_newest_of_each(members, rules_.daily, "daily", day_of);
        keep_newest_of_each(members, rules_.weekly, "weekly", week_of);
        keep_newest_of_each(members, rules_.monthly, "monthly", month_of);
        keep_newest_of_each(members, rules_.yearly, "yearly", year_of);
    }

    /// Periods without a backup do not count: the newest of each of the last `count` that have one.
    void keep_newest_of_each(const std::vector<std::size_t>& members, std::uint64_t count,
                             std::string_view name, const BucketOf& bucket_of) {
        std::map<Bucket, std::size_t, std::greater<>> newest;
        for (const std::size_t i : members) newest.try_emplace(bucket_of(items_[i].created_at), i);
        std::uint64_t number = 0;
        for (const auto& [bucket, i] : newest) {
            if (number++ == count) break;
            keep(i, fmt::format("{} {}", name, number));
        }
    }

    /// The newest backup of each environment that passes.
    void keep_newest(const std::function<bool(const RetentionItem&)>& passes,
                     std::string_view reason) {
        std::set<std::string> seen;
        for (const std::size_t i : newest_first_) {
            if (!counts(items_[i]) || items_[i].is_of_tables || !passes(items_[i])) continue;
            if (seen.insert(items_[i].environment).second) keep(i, std::string(reason));
        }
    }

    void keep_for_environments() {
        keep_newest([](const RetentionItem& item) { return item.is_restored; },
                    "the newest that has been restored");
        keep_newest([](const RetentionItem& item) { return item.is_verified; },
                    "the newest that was verified");
        keep_newest([](const RetentionItem&) { return true; }, "the newest good one");
        keep_newest([](const RetentionItem& item) { return item.is_safety; },
                    "the newest safety backup");
    }

    std::span<const RetentionItem> items_;
    const RetentionRules& rules_;
    TimePoint now_;
    std::vector<RetentionVerdict> verdicts_;
    std::vector<std::size_t> newest_first_;
};

}  // namespace

bool RetentionRules::empty() const noexcept {
    return last + hourly + daily + weekly + monthly + yearly == 0 && within.count() == 0;
}

RetentionRules retention_rules(const Json& keep) {
    const auto number = [&](std::string_view name) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(keep.integer_or(name, 0), 0));
    };
    RetentionRules rules{.last = number("last"),
                         .hourly = number("hourly"),
                         .daily = number("daily"),
                         .weekly = number("weekly"),
                         .monthly = number("monthly"),
                         .yearly = number("yearly")};
    const Json* within = keep.find("within");
    if (within && within->is_integer()) rules.within = std::chrono::seconds(within->as_integer());
    if (within && within->is_string())
        rules.within = parse_duration(within->as_string()).value_or(rules.within);
    return rules;
}

RetentionItem retention_item(const Backup& backup) {
    const Manifest& manifest = backup.manifest;
    const Verification* proof = backup.proof();
    const bool is_good = backup.is_readable() && backup.state != BackupState::damaged;
    return {.id = backup.id,
            .environment = manifest.environment,
            .label = manifest.label,
            .sequence = manifest.sequence,
            .created_at = manifest.created_at,
            .is_safety = is_safety_backup(manifest),
            .is_of_tables = is_of_tables(manifest.content),
            .is_pinned = backup.is_pinned,
            .is_damaged = !is_good,
            .is_verified = backup.state == BackupState::verified,
            .is_restored = is_good && proof && proof->how == "restored"};
}

std::vector<RetentionVerdict> judge_retention(std::span<const RetentionItem> items,
                                              const RetentionRules& rules, TimePoint now) {
    return Judge(items, rules, now).run();
}

}  // namespace keel
