#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.hpp"
#include "ops/lint/lock_effect.hpp"
#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

void trigger_or_policy(const Subject& s, Remarks& remarks) {
    const ActionKind kind = s.action->kind;
    const bool is_one = kind == ActionKind::create_trigger || kind == ActionKind::drop_trigger ||
                        kind == ActionKind::switch_trigger || kind == ActionKind::create_policy ||
                        kind == ActionKind::row_security;
    if (!is_one || !s.is_in_use()) return;
    const LockEffect effect = lock_effect(*s.action, s.before);
    const bool is_policy = kind == ActionKind::create_policy || kind == ActionKind::row_security;
    remarks.push_back(
        {.message = fmt::format("a change of {} on {} takes {}: {} until the "
                                "transaction ends",
                                is_policy ? "row security" : "triggers", s.table_text(),
                                to_string(effect.mode), who_waits(effect.mode))});
}

void unbounded_wait(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::set_parameter || s.action->name != "lock_timeout") return;
    if (s.action->new_name.empty() || s.action->new_name == "0")
        remarks.push_back({.message = "this takes away the bound on waiting for locks"});
}

/// A lock that stops reads, on a table that was there before, and what keeps it long.
void work_under_lock(const Subject& s, Remarks& remarks) {
    if (!s.file.in_transaction()) return;
    SchemaState state = s.before;
    std::string locked;
    int locked_in = 0;
    for (const auto& statement : s.file.up) {
        for (const SqlAction& action : statement.read.actions) {
            const LockEffect effect = lock_effect(action, state);
            const TableState* table = state.table(action.object);
            const bool is_new = table != nullptr && table->made_in == s.file.number;
            const bool is_long =
                effect.scans || effect.rewrites || action.kind == ActionKind::update ||
                action.kind == ActionKind::delete_rows || action.kind == ActionKind::insert ||
                action.kind == ActionKind::copy_in || action.kind == ActionKind::code_block ||
                action.kind == ActionKind::refresh_materialized_view;
            if (is_long && !is_new && !locked.empty() && locked_in != statement.statement.number) {
                remarks.push_back(
                    {.message = fmt::format("this may take long, and {} is locked with ACCESS "
                                            "EXCLUSIVE since statement {}",
                                            locked, locked_in),
                     .at = &statement});
                return;
            }
            if (effect.mode == LockMode::access_exclusive && !is_new && locked.empty() &&
                action.kind != ActionKind::drop_table) {
                locked = action.object.text();
                locked_in = statement.statement.number;
            }
            state.apply(action, s.file.number);
        }
    }
}

/// Tables in the order in which a file locks them, those that it makes left out.
std::vector<SqlName> lock_order(const JudgedFile& file, SchemaState state) {
    std::vector<SqlName> order;
    for (const auto& statement : file.up) {
        for (const SqlAction& action : statement.read.actions) {
            const LockEffect effect = lock_effect(action, state);
            const SqlName name = known_name(action.object);
            const TableState* table = state.table(name);
            const bool is_new = table != nullptr && table->made_in == file.number;
            const bool counts = effect.mode >= LockMode::share && !is_new && table != nullptr;
            if (counts && std::ranges::find(order, name) == order.end()) order.push_back(name);
            state.apply(action, file.number);
        }
    }
    return order;
}

void opposite_order(const Subject& s, Remarks& remarks) {
    if (!s.file.in_transaction()) return;
    const auto order = lock_order(s.file, s.before);
    if (order.size() < 2) return;
    for (const JudgedFile& other : s.earlier) {
        // What is applied already cannot meet this one.
        if (other.applied || !other.in_transaction() || other.up.size() < 2) continue;
        const auto theirs = lock_order(other, s.before);
        for (std::size_t i = 0; i + 1 < order.size(); ++i) {
            const auto first = std::ranges::find(theirs, order[i]);
            const auto second = std::ranges::find(theirs, order[i + 1]);
            if (first == theirs.end() || second == theirs.end() || first < second) continue;
            remarks.push_back(
                {.message = fmt::format(
                     "this locks {} before {}, and {} locks them the other way round",
                     order[i].text(), order[i + 1].text(), other.migration->file.native())});
            return;
        }
    }
}

void mergeable(const Subject& s, Remarks& remarks) {
    std::map<SqlName, int> seen;
    for (std::size_t at = 0; at < s.file.up.size(); ++at) {
        const auto& actions = s.file.up[at].read.actions;
        const bool is_alter = !actions.empty() &&
                              starts_with_ignore_case(s.file.up[at].statement.text, "alter") &&
                              actions.front().kind >= ActionKind::add_column &&
                              actions.front().kind <= ActionKind::set_inheritance &&
                              actions.front().kind != ActionKind::rename_column &&
                              actions.front().kind != ActionKind::rename_constraint &&
                              actions.front().kind != ActionKind::validate_constraint &&
                              actions.front().kind != ActionKind::attach_partition &&
                              actions.front().kind != ActionKind::detach_partition;
        if (!is_alter || s.was_made_here(actions.front().object)) continue;
        const SqlName name = known_name(actions.front().object);
        const auto [place, is_first] = seen.emplace(name, s.file.up[at].statement.number);
        // Only what stands one behind the other: what is between them may need the order.
        const bool follows = !is_first && place->second == s.file.up[at].statement.number - 1;
        if (follows)
            remarks.push_back(
                {.message = fmt::format("this and statement {} alter {}: one ALTER "
                                        "TABLE takes its lock, and reads the table, once",
                                        place->second, name.text()),
                 .at = &s.file.up[at]});
        place->second = s.file.up[at].statement.number;
    }
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "L15",
     .name = "trigger-or-policy-locks",
     .scope = Scope::postgres,
     .severity = Severity::info,
     .title = "changes triggers or row security of a table in use",
     .why =
         "Creating or switching a trigger takes SHARE ROW EXCLUSIVE; dropping one, policies and "
         "row "
         "security take ACCESS EXCLUSIVE. They are quick, but wait for every running query first, "
         "and whoever comes after waits behind them.",
     .instead =
         "A migration of its own, so that the lock is held as briefly as can be. CREATE OR REPLACE "
         "FUNCTION changes what a trigger does without any lock on the table.",
     .postgres =
         {.bad = "create trigger orders_log after insert on orders for each row execute function "
                 "log_change();",
          .good = "create or replace function log_change() returns trigger language plpgsql as "
                  "$$ begin return new; end $$;"},
     .check = trigger_or_policy},
    {.id = "L18",
     .name = "waits-without-bound",
     .scope = Scope::postgres,
     .severity = Severity::error,
     .title = "takes away the bound on waiting for locks",
     .why = "A statement that waits for ACCESS EXCLUSIVE makes everybody behind it wait too. "
            "Keel sets lock_timeout and tries again; this statement switches that off.",
     .instead = "Leave lock_timeout to Keel, or give the section one with `lock_timeout:`.",
     .postgres = {.bad = "set lock_timeout = 0;\n"
                         "alter table orders add column memo text;",
                  .good =
                      "-- migrate:up lock_timeout:2s\nalter table orders add column memo text;"},
     .check = unbounded_wait},
    {.id = "L19",
     .name = "work-under-access-exclusive",
     .scope = Scope::postgres,
     .title = "does long work while another statement's lock is held",
     .why =
         "Locks are kept until the transaction ends. What comes after a statement that took ACCESS "
         "EXCLUSIVE prolongs it: reads and writes wait for that work too.",
     .instead = "Put the quick change of the schema and the long work into two migrations.",
     .postgres = {.bad = "alter table users add column country text;\n"
                         "update orders set note = 'none' where note is null;",
                  .good = "alter table users add column country text;"},
     .level = Level::file,
     .check = work_under_lock},
    {.id = "L20",
     .name = "opposite-lock-order",
     .scope = Scope::postgres,
     .severity = Severity::info,
     .title = "locks two tables in the opposite order of another migration",
     .why = "Two transactions that take the same locks in opposite orders wait for each other "
            "until the server ends one of them. Migrations of two branches, or a migration and a "
            "deployment that is tried again, meet that way.",
     .instead = "Touch tables in one order everywhere, by name or parents first.",
     .postgres = {.bad =
                      "-- file: 20260301000000_one.sql\n"
                      "alter table orders add column a int;\nalter table users add column a int;\n"
                      "-- file: 20260302000000_two.sql\n"
                      "alter table users add column b int;\nalter table orders add column b int;",
                  .good =
                      "-- file: 20260301000000_one.sql\n"
                      "alter table orders add column a int;\nalter table users add column a int;\n"
                      "-- file: 20260302000000_two.sql\n"
                      "alter table orders add column b int;\nalter table users add column b int;"},
     .level = Level::file,
     .check = opposite_order},
    {.id = "L21",
     .name = "alters-could-be-one",
     .scope = Scope::postgres,
     .severity = Severity::info,
     .title = "alters a table several times where once would do",
     .why = "Each ALTER TABLE waits for its lock, and reads or writes the table, by itself.",
     .instead = "One ALTER TABLE with the parts behind each other, separated by commas.",
     .postgres = {.bad = "alter table users add column country text;\n"
                         "alter table users add column city text;",
                  .good = "alter table users add column country text, add column city text;"},
     .level = Level::file,
     .check = mergeable},
});

}  // namespace

std::span<const Rule> sequence_rules() {
    return rules;
}

}  // namespace keel::lint
