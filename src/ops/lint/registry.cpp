#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "ops/lint/rule.hpp"
#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

std::vector<Rule> gather() {
    std::vector<Rule> rules;
    for (const auto family :
         {destructive_rules(), index_rules(), constraint_rules(), rewrite_rules(), sequence_rules(),
          transaction_rules(), compatibility_rules(), data_rules(), design_rules(), name_rules(),
          sqlite_rebuild_rules(), sqlite_statement_rules(), history_rules(), reading_rules()})
        rules.insert(rules.end(), family.begin(), family.end());
    const auto group = [](const Rule& rule) {
        const auto& groups = rule_groups();
        return std::ranges::find(groups, rule.id.front(), &RuleGroup::letter) - groups.begin();
    };
    std::ranges::stable_sort(rules, [&](const Rule& left, const Rule& right) {
        if (group(left) != group(right)) return group(left) < group(right);
        return left.id < right.id;
    });
    return rules;
}

constexpr auto groups = std::to_array<RuleGroup>({
    {'D', "What loses data"},
    {'L', "Locks and rewrites (PostgreSQL)"},
    {'T', "Transactions"},
    {'C', "Applications that still run the old version"},
    {'M', "What hangs on the rows that are there"},
    {'S', "Design"},
    {'Q', "SQLite"},
    {'H', "The history"},
    {'X', "Reading and ignoring"},
});

}  // namespace

std::span<const Rule> all_rules() {
    static const std::vector<Rule> rules = gather();
    return rules;
}

const Rule* find_rule(std::string_view id_or_name) {
    for (const Rule& rule : all_rules())
        if (equals_ignore_case(rule.id, id_or_name) || rule.name == id_or_name) return &rule;
    return nullptr;
}

std::span<const RuleGroup> rule_groups() {
    return groups;
}

}  // namespace keel::lint
