#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "repository/repository.hpp"

namespace keel {

/// Which backups stay: `[backup] keep`. 0 is "does not matter".
struct RetentionRules {
    std::uint64_t last = 0;
    std::uint64_t hourly = 0;
    std::uint64_t daily = 0;
    std::uint64_t weekly = 0;
    std::uint64_t monthly = 0;
    std::uint64_t yearly = 0;
    std::chrono::milliseconds within{0};

    bool empty() const noexcept;
};
RetentionRules retention_rules(const Json& keep);

/// A backup as far as the rules look at it.
struct RetentionItem {
    std::string id;
    std::string environment;
    std::string label;
    std::uint64_t sequence = 0;
    TimePoint created_at{};
    bool is_safety = false;
    bool is_of_tables = false;
    bool is_pinned = false;
    bool is_damaged = false;   ///< or unreadable
    bool is_verified = false;  ///< its newest check was good
    bool is_restored = false;  ///< a trial restore was good
};
RetentionItem retention_item(const Backup& backup);

struct RetentionVerdict {
    std::string id;
    std::vector<std::string> reasons;  ///< why it stays; empty: it goes

    bool stays() const noexcept { return !reasons.empty(); }
};

/// Pure. The rules count for each environment and label on their own, and for safety backups on
/// their own, and for backups of some tables on their own. Whatever they say, these stay: what is
/// pinned; what is damaged (a person must look at it); what is from the future (a wrong clock is no
/// reason to lose anything, nor does such a backup take the place of another); safety backups of
/// the last seven days and the newest one; of each environment the newest that was verified, the
/// newest that was restored, and the last good one, all of them of whole databases. Without any
/// rule everything stays. The verdicts are in the order of the items.
std::vector<RetentionVerdict> judge_retention(std::span<const RetentionItem> items,
                                              const RetentionRules& rules, TimePoint now);

}  // namespace keel
