#include "ops/backup/retention.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <set>

using namespace keel;

namespace {

const TimePoint now = parse_utc("2026-11-20T12:00:00Z");

RetentionItem item(std::uint64_t sequence, std::string_view time) {
    return {.id = std::to_string(sequence),
            .environment = "prod",
            .label = "",
            .sequence = sequence,
            .created_at = parse_utc(time),
            .is_verified = true};
}

std::set<std::string> kept(const std::vector<RetentionItem>& items, const RetentionRules& rules) {
    std::set<std::string> result;
    for (const RetentionVerdict& verdict : judge_retention(items, rules, now)) {
        if (verdict.stays()) result.insert(verdict.id);
    }
    return result;
}

using Ids = std::set<std::string>;

// The same rules once more, written for being obvious: for every backup, is there a reason?
class Model {
  public:
    Model(const std::vector<RetentionItem>& items, const RetentionRules& rules)
        : items_(items), rules_(rules) {}

    bool stays(const RetentionItem& item) const {
        if (item.is_pinned || item.is_damaged || is_future(item)) return true;
        if (rules_.empty()) return true;
        if (item.is_safety && item.created_at > now - std::chrono::days(7)) return true;
        if (rules_.within.count() > 0 && item.created_at >= now - rules_.within) return true;
        if (newer(item, [&](const RetentionItem& other) { return is_alike(item, other); }) <
            rules_.last)
            return true;
        if (is_newest_of_its(item, "%Y-%m-%dT%H", rules_.hourly) ||
            is_newest_of_its(item, "%Y-%m-%d", rules_.daily) ||
            is_newest_of_its(item, "%G-%V", rules_.weekly) ||
            is_newest_of_its(item, "%Y-%m", rules_.monthly) ||
            is_newest_of_its(item, "%Y", rules_.yearly))
            return true;
        return is_newest_with(item, [](const RetentionItem&) { return true; }) ||
               is_newest_with(item, [](const RetentionItem& i) { return i.is_verified; }) ||
               is_newest_with(item, [](const RetentionItem& i) { return i.is_restored; }) ||
               is_newest_with(item, [](const RetentionItem& i) { return i.is_safety; });
    }

  private:
    static bool is_future(const RetentionItem& item) {
        return item.created_at > now + std::chrono::minutes(5);
    }
    static bool counts(const RetentionItem& item) { return !item.is_damaged && !is_future(item); }
    static bool is_alike(const RetentionItem& left, const RetentionItem& right) {
        return left.environment == right.environment && left.label == right.label &&
               left.is_safety == right.is_safety && left.is_of_tables == right.is_of_tables;
    }
    static std::string period(const RetentionItem& item, const char* format) {
        const std::time_t seconds =
            std::chrono::floor<std::chrono::seconds>(item.created_at).time_since_epoch().count();
        std::tm parts{};
        gmtime_r(&seconds, &parts);
        char text[32];
        return {text, std::strftime(text, sizeof text, format, &parts)};
    }
    std::uint64_t newer(const RetentionItem& item,
                        const std::function<bool(const RetentionItem&)>& among) const {
        return static_cast<std::uint64_t>(
            std::ranges::count_if(items_, [&](const RetentionItem& other) {
                return counts(other) && among(other) && other.sequence > item.sequence;
            }));
    }
    bool is_newest_with(const RetentionItem& item,
                        const std::function<bool(const RetentionItem&)>& passes) const {
        const auto is_whole = [&](const RetentionItem& other) {
            return !other.is_of_tables && passes(other);
        };
        return is_whole(item) && newer(item, [&](const RetentionItem& other) {
                                     return other.environment == item.environment &&
                                            is_whole(other);
                                 }) == 0;
    }
    bool is_newest_of_its(const RetentionItem& item, const char* format,
                          std::uint64_t count) const {
        const std::string own = period(item, format);
        std::set<std::string> later;
        for (const RetentionItem& other : items_) {
            if (!counts(other) || !is_alike(item, other)) continue;
            const std::string its = period(other, format);
            if (its == own && other.sequence > item.sequence) return false;
            if (its > own) later.insert(its);
        }
        return later.size() < count;
    }

    const std::vector<RetentionItem>& items_;
    const RetentionRules& rules_;
};

std::vector<RetentionItem> random_history(std::mt19937& random) {
    std::vector<RetentionItem> items;
    const std::size_t count = random() % 14;
    for (std::size_t i = 0; i < count; ++i) {
        // Mostly in order, sometimes with a clock that was wrong; hours, days or years apart.
        const std::int64_t span = std::array{90, 2'000, 40'000, 900'000}[random() % 4];
        RetentionItem made = item(i + 1, "2026-11-20T12:00:00Z");
        made.created_at -= std::chrono::minutes(static_cast<std::int64_t>(random()) % span);
        if (random() % 12 == 0) made.created_at = now + std::chrono::hours(random() % 50);
        made.environment = random() % 3 == 0 ? "dev" : "prod";
        made.label = random() % 5 == 0 ? "weekly" : "";
        made.is_safety = random() % 4 == 0;
        made.is_of_tables = random() % 5 == 0;
        made.is_pinned = random() % 15 == 0;
        made.is_damaged = random() % 10 == 0;
        made.is_verified = !made.is_damaged && random() % 3 != 0;
        made.is_restored = !made.is_damaged && random() % 5 == 0;
        items.push_back(std::move(made));
    }
    return items;
}

RetentionRules random_rules(std::mt19937& random) {
    const auto number = [&]() -> std::uint64_t { return random() % 3 == 0 ? random() % 4 : 0; };
    return {.last = number(),
            .hourly = number(),
            .daily = number(),
            .weekly = number(),
            .monthly = number(),
            .yearly = number(),
            .within = std::chrono::hours(random() % 4 == 0 ? random() % 400 : 0)};
}

}  // namespace

TEST_CASE("the newest of each period stays, and periods without a backup do not count") {
    const std::vector<RetentionItem> items = {
        item(1, "2024-03-01T00:00:00Z"), item(2, "2026-11-17T01:00:00Z"),
        item(3, "2026-11-17T02:00:00Z"), item(4, "2026-11-20T01:00:00Z"),
        item(5, "2026-11-20T02:00:00Z")};
    CHECK(kept(items, {.daily = 2}) == Ids{"3", "5"});
    CHECK(kept(items, {.yearly = 2}) == Ids{"1", "5"});
    CHECK(kept(items, {.last = 2}) == Ids{"4", "5"});
    CHECK(kept(items, {.within = std::chrono::days(4)}) == Ids{"2", "3", "4", "5"});
}

TEST_CASE("without rules everything stays") {
    CHECK(kept({item(1, "2020-01-01T00:00:00Z"), item(2, "2026-01-01T00:00:00Z")}, {}).size() == 2);
}

TEST_CASE("a backup from the future stays, and takes nobody's place") {
    std::vector<RetentionItem> items = {item(1, "2026-11-18T00:00:00Z"),
                                        item(2, "2026-11-19T00:00:00Z"),
                                        item(3, "2027-11-19T00:00:00Z")};
    CHECK(kept(items, {.last = 1}) == Ids{"2", "3"});
}

TEST_CASE("the newest that was restored and the newest that was verified stay") {
    std::vector<RetentionItem> items = {
        item(1, "2026-11-01T00:00:00Z"), item(2, "2026-11-02T00:00:00Z"),
        item(3, "2026-11-03T00:00:00Z"), item(4, "2026-11-04T00:00:00Z")};
    items[0].is_restored = true;
    items[3].is_verified = false;
    CHECK(kept(items, {.last = 1}) == Ids{"1", "3", "4"});
}

TEST_CASE("every verdict over random histories is the model's") {
    const char* wanted = std::getenv("KEEL_RETENTION_HISTORIES");
    const int histories = wanted ? std::atoi(wanted) : 1'500;
    std::mt19937 random(20261120);
    for (int history = 0; history < histories; ++history) {
        const std::vector<RetentionItem> items = random_history(random);
        const RetentionRules rules = random_rules(random);
        const Model model(items, rules);
        const auto verdicts = judge_retention(items, rules, now);
        bool is_same = verdicts.size() == items.size();
        for (std::size_t i = 0; is_same && i < items.size(); ++i)
            is_same = verdicts[i].id == items[i].id && verdicts[i].stays() == model.stays(items[i]);
        if (is_same) continue;  // a check of each would be most of the time
        CAPTURE(history);
        CHECK(is_same);
    }
}
