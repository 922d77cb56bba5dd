#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ops/lint/lock_effect.hpp"
#include "ops/lint/rules.hpp"
#include "ops/lint/type_names.hpp"

namespace keel::lint {
namespace {

constexpr std::string_view under_lock = "under ACCESS EXCLUSIVE: reads and writes wait";

void change_type(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::set_type || !s.is_in_use()) return;
    if (!lock_effect(*s.action, s.before).rewrites) return;
    const SqlColumn* column = s.table == nullptr ? nullptr : s.table->column(s.action->name);
    std::string from = column == nullptr ? "" : " from " + spoken_type(column->type);
    Remark remark{.message = fmt::format("changing {}.{}{} to {} writes the whole table anew {}",
                                         s.table_text(), s.action->name, from,
                                         spoken_type(s.action->type), under_lock)};
    const bool becomes_zoned = column != nullptr && column->type.name == "timestamp" &&
                               s.action->type.name == "timestamptz";
    if (becomes_zoned)
        remark.instead =
            "SET LOCAL timezone = 'UTC' before it, if the times are in UTC: then only the catalog "
            "changes. Otherwise add a new column, fill it in batches, and switch over.";
    remarks.push_back(std::move(remark));
}

void new_column(const Subject& s, Remarks& remarks) {
    const bool adds = s.action->kind == ActionKind::add_column && !s.action->columns.empty();
    if (!adds || !s.is_in_use()) return;
    const LockEffect effect = lock_effect(*s.action, s.before);
    if (!effect.rewrites) return;
    remarks.push_back(
        {.message = fmt::format("adding {}.{} writes the whole table anew {}, because {}",
                                s.table_text(), s.action->name, under_lock, effect.reason)});
}

void refresh(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::refresh_materialized_view || s.action->concurrently) return;
    if (s.was_made_here(s.action->object)) return;
    remarks.push_back(
        {.message = fmt::format("refreshing {} fills it {}", s.table_text(), under_lock)});
}

void rewrite(const Subject& s, Remarks& remarks) {
    if (!s.is_in_use()) return;
    if (s.action->kind == ActionKind::cluster || s.action->kind == ActionKind::vacuum_full)
        remarks.push_back({.message = fmt::format(
                               "{} writes {} anew {}",
                               s.action->kind == ActionKind::cluster ? "cluster" : "vacuum full",
                               s.table_text(), under_lock)});
}

void change_storage(const Subject& s, Remarks& remarks) {
    const ActionKind kind = s.action->kind;
    if (!s.is_in_use()) return;
    if (kind == ActionKind::set_persistence)
        remarks.push_back({.message = fmt::format("set {} writes {} anew {}", s.action->new_name,
                                                  s.table_text(), under_lock)});
    if (kind == ActionKind::set_access_method || kind == ActionKind::set_tablespace)
        remarks.push_back({.message = fmt::format(
                               "set {} writes {} anew {}",
                               kind == ActionKind::set_tablespace ? "tablespace" : "access method",
                               s.table_text(), under_lock)});
}

void partition(const Subject& s, Remarks& remarks) {
    const LockEffect effect = lock_effect(*s.action, s.before);
    if (s.action->kind == ActionKind::create_partition) {
        for (const auto& [parent, mode] : effect.others) {
            if (s.was_made_here(parent)) continue;
            remarks.push_back(
                {.message = fmt::format("create table … partition of takes ACCESS EXCLUSIVE on {}: "
                                        "reads and writes wait",
                                        parent.text()),
                 .instead =
                     "Create the table by itself, with a check that says what it holds, then "
                     "ATTACH it: the parent is locked with SHARE UPDATE EXCLUSIVE only."});
        }
    }
    if (!s.is_in_use()) return;
    if (s.action->kind == ActionKind::detach_partition && !s.action->concurrently)
        remarks.push_back(
            {.message = fmt::format("detach partition takes {} on {}: {}", to_string(effect.mode),
                                    s.table_text(), who_waits(effect.mode)),
             .instead =
                 "DETACH PARTITION … CONCURRENTLY (PostgreSQL 14), in a migration of its own."});
    const bool is_filled = !s.action->others.empty() && !s.was_made_here(s.action->others.front());
    if (s.action->kind == ActionKind::attach_partition && effect.scans && is_filled)
        remarks.push_back(
            {.message = fmt::format("attaching {} reads all of it under ACCESS EXCLUSIVE",
                                    s.action->others.front().text()),
             .instead =
                 "Add a check to it that says the same as the bounds, validate it, then ATTACH: "
                 "no row is looked at."});
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "L09",
     .name = "type-change-rewrites",
     .scope = Scope::postgres,
     .title = "changes a type in a way that writes the table anew",
     .why =
         "Every row and every index is written anew while ACCESS EXCLUSIVE is held, and the table "
         "needs "
         "twice its space meanwhile. Growing a varchar or a numeric of the same scale, and varchar "
         "to text, change the catalog only and are not reported.",
     .instead =
         "Add a new column, keep it in step by a trigger, fill it in batches with `keel migrate "
         "backfill`, then switch over.",
     .postgres = {.bad = "alter table users alter column age type bigint;",
                  .good = "alter table users alter column name type text;"},
     .check = change_type,
     .by_rows = true},
    {.id = "L10",
     .name = "new-column-rewrites",
     .scope = Scope::postgres,
     .title = "adds a column whose values must be written into every row",
     .why = "A default that is worked out row by row, a serial, an identity, a generated column "
            "and a domain with a constraint write the whole table anew under ACCESS EXCLUSIVE. A "
            "constant, and now(), do not (PostgreSQL 11).",
     .instead = "Add the column without a default, set the default in a second statement, and "
                "fill the rows in batches.",
     .postgres = {.bad = "alter table users add column token uuid default gen_random_uuid();",
                  .good = "alter table users add column token uuid;\n"
                          "alter table users alter column token set default gen_random_uuid();"},
     .check = new_column,
     .by_rows = true},
    {.id = "L11",
     .name = "partition-locks-parent",
     .scope = Scope::postgres,
     .title = "adds or removes a partition while the whole table waits",
     .why =
         "CREATE TABLE … PARTITION OF and DETACH take ACCESS EXCLUSIVE on the parent, so that all "
         "partitions wait; ATTACH reads the whole new partition unless a check says what is in it.",
     .instead = "Create the table by itself, with a check, and ATTACH it; DETACH … CONCURRENTLY.",
     .postgres =
         {.bad = "create table events_2027 partition of events for values from ('2027-01-01') to "
                 "('2028-01-01');",
          .good = "create table events_2027 (like events including all, check (day >= "
                  "'2027-01-01' and day < '2028-01-01'));\n"
                  "alter table events attach partition events_2027 for values from "
                  "('2027-01-01') to ('2028-01-01');"},
     .check = partition},
    {.id = "L12",
     .name = "refresh-without-concurrently",
     .scope = Scope::postgres,
     .title = "refreshes a materialised view while its readers wait",
     .why = "REFRESH MATERIALIZED VIEW takes ACCESS EXCLUSIVE for as long as the query runs: "
            "everybody who reads the view waits.",
     .instead = "REFRESH MATERIALIZED VIEW CONCURRENTLY; it needs a unique index on the view, "
                "and lets reads go on.",
     .postgres = {.bad = "refresh materialized view order_totals;",
                  .good = "refresh materialized view concurrently order_totals;"},
     .check = refresh},
    {.id = "L13",
     .name = "cluster-or-vacuum-full",
     .scope = Scope::postgres,
     .severity = Severity::error,
     .title = "writes a table anew with CLUSTER or VACUUM FULL",
     .why =
         "Both hold ACCESS EXCLUSIVE until the whole table and all its indexes are written anew.",
     .instead =
         "Plain VACUUM gives the space back for reuse; pg_repack or pg_squeeze write a table anew "
         "beside the traffic.",
     .postgres = {.bad = "cluster orders using orders_user_id;", .good = "analyze orders;"},
     .check = rewrite,
     .by_rows = true},
    {.id = "L14",
     .name = "storage-change-rewrites",
     .scope = Scope::postgres,
     .title = "changes how a table is stored, which writes it anew",
     .why = "SET LOGGED, SET UNLOGGED, another tablespace or access method write the whole table "
            "anew under ACCESS EXCLUSIVE; an unlogged table is moreover empty after a crash.",
     .instead = "Do it in a maintenance window, or fill a new table that is stored as wanted.",
     .postgres = {.bad = "alter table orders set unlogged;",
                  .good = "alter table orders set (autovacuum_vacuum_scale_factor = 0.05);"},
     .check = change_storage,
     .by_rows = true},
});

}  // namespace

std::span<const Rule> rewrite_rules() {
    return rules;
}

}  // namespace keel::lint
