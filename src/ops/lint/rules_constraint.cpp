#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ops/lint/lock_effect.hpp"
#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

/// The constraint that the action adds to a table that is in use; null when it does not.
const SqlConstraint* added(const Subject& s, ConstraintKind kind) {
    if (s.action->kind != ActionKind::add_constraint || !s.is_in_use()) return nullptr;
    if (s.action->constraints.empty() || s.action->constraints.front().kind != kind) return nullptr;
    return &s.action->constraints.front();
}

std::string lock_words(LockMode mode) {
    return fmt::format("{}: {}", to_string(mode), who_waits(mode));
}

/// NOT VALID behind a statement that does nothing else.
std::vector<Edit> make_not_valid(const Subject& s) {
    if (s.statement->read.actions.size() != 1) return {};
    const std::size_t end = s.statement->statement.offset + s.statement->statement.text.size();
    return {
        {.section = s.statement->section, .begin = end, .end = end, .replacement = " not valid"}};
}

void foreign_key(const Subject& s, Remarks& remarks) {
    const SqlConstraint* key = added(s, ConstraintKind::foreign_key);
    if (key == nullptr || key->not_valid) return;
    remarks.push_back(
        {.message = fmt::format("adding a foreign key reads all of {} under {} on it and on {}",
                                s.table_text(), lock_words(LockMode::share_row_exclusive),
                                key->references->table.text()),
         .edits = make_not_valid(s)});
}

void check(const Subject& s, Remarks& remarks) {
    const SqlConstraint* constraint = added(s, ConstraintKind::check);
    if (constraint == nullptr || constraint->not_valid) return;
    remarks.push_back(
        {.message = fmt::format("adding a check reads all of {} under {}", s.table_text(),
                                lock_words(LockMode::access_exclusive)),
         .edits = make_not_valid(s)});
}

void unique(const Subject& s, Remarks& remarks) {
    const auto judge = [&](const SqlConstraint& constraint, const char* what) {
        const LockEffect effect = lock_effect(*s.action, s.before);
        if (constraint.using_index.empty()) {
            remarks.push_back({.message = fmt::format("adding a {} builds its index under {}", what,
                                                      lock_words(LockMode::access_exclusive)),
                               .offset = constraint.offset});
        } else if (effect.scans) {
            remarks.push_back(
                {.message =
                     fmt::format("making {} the primary key reads all of {} under {}, because {}",
                                 constraint.using_index, s.table_text(), lock_words(effect.mode),
                                 effect.reason),
                 .instead = "Make its columns NOT NULL first, without a scan: see L08."});
        }
    };
    if (const auto* key = added(s, ConstraintKind::unique)) judge(*key, "unique constraint");
    if (const auto* key = added(s, ConstraintKind::primary_key)) judge(*key, "primary key");
    if (s.action->kind != ActionKind::add_column || !s.is_in_use()) return;
    for (const auto& constraint : s.action->columns.front().constraints) {
        if (constraint.kind == ConstraintKind::unique) judge(constraint, "unique column");
        if (constraint.kind == ConstraintKind::primary_key) judge(constraint, "primary key column");
        if (constraint.kind == ConstraintKind::check)
            remarks.push_back(
                {.message = fmt::format("adding a column with a check reads all of {} under {}",
                                        s.table_text(), lock_words(LockMode::access_exclusive)),
                 .offset = constraint.offset});
    }
}

void exclusion(const Subject& s, Remarks& remarks) {
    if (added(s, ConstraintKind::exclusion) == nullptr) return;
    remarks.push_back(
        {.message = fmt::format("adding an exclusion constraint builds its index under {}",
                                lock_words(LockMode::access_exclusive))});
}

void set_not_null(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::set_not_null || !s.is_in_use()) return;
    if (!lock_effect(*s.action, s.before).scans) return;
    remarks.push_back({.message = fmt::format(
                           "set not null on {}.{} reads all of the table under {}", s.table_text(),
                           s.action->name, lock_words(LockMode::access_exclusive))});
}

void domain_constraint(const Subject& s, Remarks& remarks) {
    const LockEffect effect = lock_effect(*s.action, s.before);
    const bool is_domain = s.action->kind == ActionKind::add_domain_constraint ||
                           s.action->kind == ActionKind::set_domain_not_null;
    if (!is_domain || effect.others.empty()) return;
    std::string tables;
    for (const auto& [table, mode] : effect.others)
        tables += (tables.empty() ? "" : ", ") + table.text();
    remarks.push_back(
        {.message = fmt::format("a constraint on domain {} reads all of {} under {}",
                                s.table_text(), tables, lock_words(LockMode::share))});
}

void drop_reference(const Subject& s, Remarks& remarks) {
    const bool drops = s.action->kind == ActionKind::drop_constraint ||
                       s.action->kind == ActionKind::drop_table ||
                       s.action->kind == ActionKind::drop_column;
    if (!drops || !s.is_in_use()) return;
    std::string tables;
    for (const auto& [table, mode] : lock_effect(*s.action, s.before).others) {
        const TableState* other = s.before.table(table);
        if (mode != LockMode::access_exclusive ||
            (other != nullptr && other->made_in == s.file.number))
            continue;
        tables += (tables.empty() ? "" : ", ") + table.text();
    }
    if (tables.empty()) return;
    remarks.push_back(
        {.message = fmt::format("this also takes {} on {}, which the foreign key joins",
                                to_string(LockMode::access_exclusive), tables)});
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "L04",
     .name = "foreign-key-not-not-valid",
     .scope = Scope::postgres,
     .title = "adds a foreign key and checks every row under its lock",
     .why =
         "ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on both tables and holds it while every row is "
         "looked up: writes to both wait.",
     .instead =
         "ADD … NOT VALID, which looks at no row, and VALIDATE CONSTRAINT in the next migration, "
         "which lets writes go on.",
     .postgres = {.bad = "alter table reviews add constraint reviews_user foreign key (user_id) "
                         "references users (id);",
                  .good = "alter table reviews add constraint reviews_user foreign key (user_id) "
                          "references users (id) not valid;"},
     .check = foreign_key,
     .by_rows = true},
    {.id = "L05",
     .name = "check-not-not-valid",
     .scope = Scope::postgres,
     .title = "adds a check and looks at every row under its lock",
     .why = "ADD CHECK takes ACCESS EXCLUSIVE and holds it while every row is looked at: not "
            "even reads go on.",
     .instead =
         "ADD … NOT VALID, and VALIDATE CONSTRAINT in the next migration, which takes SHARE UPDATE "
         "EXCLUSIVE: reads and writes go on.",
     .postgres = {.bad = "alter table orders add constraint total_positive check (total >= 0);",
                  .good = "alter table orders add constraint total_positive check (total >= 0) "
                          "not valid;"},
     .check = check,
     .by_rows = true},
    {.id = "L06",
     .name = "unique-inline",
     .scope = Scope::postgres,
     .title = "adds a unique or primary key and builds its index under its lock",
     .why = "The index is built while ACCESS EXCLUSIVE is held: not even reads go on until every "
            "row has been sorted. A primary key over columns that may be null reads all rows "
            "even when the index is there.",
     .instead =
         "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … UNIQUE USING INDEX, which "
         "looks at no row.",
     .postgres = {.bad = "alter table users add constraint users_email_key unique (email);",
                  .good = "alter table users add constraint users_email_key unique using index "
                          "users_email_unique;"},
     .check = unique,
     .by_rows = true},
    {.id = "L07",
     .name = "exclusion-constraint",
     .scope = Scope::postgres,
     .title = "adds an exclusion constraint and builds its index under its lock",
     .why = "There is no way to build it beside the traffic: ACCESS EXCLUSIVE is held until the "
            "index is there, and reads and writes wait.",
     .instead = "Put it on while the table is small, or on a new table that is filled "
                "afterwards; otherwise in a maintenance window.",
     .postgres =
         {.bad = "alter table bookings add constraint no_overlap exclude using gist (during with "
                 "&&);",
          .good = "create table bookings_new (id bigint primary key, during tsrange not null, "
                  "exclude using gist (during with &&));"},
     .check = exclusion,
     .by_rows = true},
    {.id = "L08",
     .name = "set-not-null-scan",
     .scope = Scope::postgres,
     .title = "sets a column NOT NULL and looks at every row under its lock",
     .why = "SET NOT NULL takes ACCESS EXCLUSIVE and reads the whole table, unless a valid check "
            "already says that the column is not null (PostgreSQL 12).",
     .instead = "ADD CHECK (column IS NOT NULL) NOT VALID, VALIDATE it in the next migration, "
                "then SET NOT NULL, which needs no scan, and drop the check.",
     .postgres = {.bad = "alter table orders alter column note set not null;",
                  .good = "alter table orders alter column checked set not null;"},
     .check = set_not_null,
     .by_rows = true},
    {.id = "L16",
     .name = "domain-constraint",
     .scope = Scope::postgres,
     .title = "adds a constraint to a domain and checks all tables that use it",
     .why = "ALTER DOMAIN … ADD takes SHARE on every table with a column of that domain, reads "
            "all of them, and writes to all of them wait. None of the tables is named in the "
            "statement.",
     .instead =
         "ADD CONSTRAINT … NOT VALID, and ALTER DOMAIN … VALIDATE CONSTRAINT when it is quiet; or "
         "checks on the tables, one by one.",
     .postgres = {.bad = "alter domain quantity add constraint small check (value < 1000000);",
                  .good = "alter domain quantity add constraint small check (value < 1000000) "
                          "not valid;"},
     .check = domain_constraint},
    {.id = "L17",
     .name = "drop-locks-referenced-table",
     .scope = Scope::postgres,
     .title = "drops a foreign key, and locks the other table too",
     .why =
         "The triggers that keep a foreign key stand on both tables: dropping it, or the table or "
         "column "
         "it belongs to, takes ACCESS EXCLUSIVE on both. The busy table at the other end is easily "
         "overlooked.",
     .instead =
         "Drop the foreign key in a migration of its own, so that the locks are held as briefly as "
         "can be; Keel's lock_timeout and retries keep the queue short.",
     .postgres = {.bad = "alter table orders drop constraint orders_user;",
                  .good = "alter table users drop constraint users_age_check;"},
     .check = drop_reference},
});

}  // namespace

std::span<const Rule> constraint_rules() {
    return rules;
}

}  // namespace keel::lint
