#include <fmt/format.h>

#include <array>

#include "ops/lint/lock_effect.hpp"
#include "ops/lint/rules.hpp"
#include "ops/lint/type_names.hpp"

namespace keel::lint {
namespace {

/// "users", with its rows where they are known.
std::string with_rows(const Subject& subject) {
    if (subject.table == nullptr || !subject.table->rows) return subject.table_text();
    return fmt::format("{} (about {} rows)", subject.table_text(), *subject.table->rows);
}

/// Whether the file makes a table of that name again: then dropping it is part of a rebuild.
bool is_made_again(const Subject& subject) {
    for (std::size_t at = subject.index + 1; at < subject.statements().size(); ++at) {
        for (const SqlAction& action : subject.statements()[at].read.actions) {
            const bool renames = action.kind == ActionKind::rename_table &&
                                 action.new_name == subject.action->object.name;
            const bool creates = action.kind == ActionKind::create_table &&
                                 action.object.name == subject.action->object.name;
            if (renames || creates) return true;
        }
    }
    return false;
}

void drop_table(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::drop_table || !s.is_in_use() || is_made_again(s)) return;
    remarks.push_back({.message = fmt::format("drop table {} loses its rows", with_rows(s))});
}

void drop_column(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::drop_column || !s.is_in_use()) return;
    remarks.push_back(
        {.message = fmt::format("dropping {}.{} loses its values", with_rows(s), s.action->name)});
}

void drop_schema(const Subject& s, Remarks& remarks) {
    if (s.action->kind == ActionKind::drop_schema)
        remarks.push_back(
            {.message = fmt::format("drop schema {} loses {}", s.table_text(),
                                    s.action->cascade ? "everything in it" : "the schema")});
    if (s.action->kind == ActionKind::drop_database)
        remarks.push_back(
            {.message = fmt::format("drop database {} loses all of it", s.table_text())});
}

void truncate(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::truncate || !s.is_in_use()) return;
    std::string also;
    if (s.action->cascade) {
        for (const TableState* child : s.before.referencing(s.action->object))
            also += (also.empty() ? ", and those of " : ", ") + child->name.text();
        if (also.empty()) also = ", and those of every table that refers to it";
    }
    remarks.push_back({.message = fmt::format("truncate {} loses its rows{}", with_rows(s), also)});
}

void change_all_rows(const Subject& s, Remarks& remarks) {
    const bool deletes = s.action->kind == ActionKind::delete_rows;
    const bool updates = s.action->kind == ActionKind::update;
    if ((!deletes && !updates) || s.action->has_where || !s.is_in_use()) return;
    remarks.push_back({.message = fmt::format("{} {} has no where: it {} every row",
                                              deletes ? "delete from" : "update", with_rows(s),
                                              deletes ? "deletes" : "writes"),
                       .severity = deletes ? Severity::error : Severity::warning});
}

void drop_cascade(const Subject& s, Remarks& remarks) {
    const ActionKind kind = s.action->kind;
    const bool drops = kind == ActionKind::drop_table || kind == ActionKind::drop_view ||
                       kind == ActionKind::drop_materialized_view ||
                       kind == ActionKind::drop_type || kind == ActionKind::drop_routine ||
                       kind == ActionKind::drop_column || kind == ActionKind::drop_constraint ||
                       kind == ActionKind::drop_index;
    if (!drops || !s.action->cascade || s.was_made_here(s.action->object)) return;
    std::string known;
    for (const TableState* child : s.before.referencing(s.action->object))
        known += (known.empty() ? ": the foreign key of " : ", ") + child->name.text();
    remarks.push_back(
        {.message = fmt::format("cascade drops whatever depends on {}{}",
                                kind == ActionKind::drop_column ? s.action->name : s.table_text(),
                                known)});
}

void drop_guarantee(const Subject& s, Remarks& remarks) {
    if (!s.is_in_use()) return;
    if (s.action->kind == ActionKind::drop_not_null)
        remarks.push_back({.message = fmt::format("{}.{} may hold nulls from now on",
                                                  s.table_text(), s.action->name)});
    if (s.action->kind != ActionKind::drop_constraint) return;
    // The same name again in this file: it is replaced.
    for (std::size_t at = s.index; at < s.statements().size(); ++at)
        for (const SqlAction& later : s.statements()[at].read.actions)
            if (later.kind == ActionKind::add_constraint && later.name == s.action->name) return;
    remarks.push_back({.message = fmt::format("constraint {} of {} holds no longer", s.action->name,
                                              s.table_text())});
}

void narrow_silently(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::set_type || !s.is_in_use() || s.table == nullptr) return;
    const SqlColumn* column = s.table->column(s.action->name);
    if (column == nullptr || s.action->has_using) return;
    if (judge_narrowing(column->type, s.action->type) != Narrowing::rounds) return;
    remarks.push_back(
        {.message =
             fmt::format("{}.{} from {} to {} changes values without a word", s.table_text(),
                         s.action->name, spoken_type(column->type), spoken_type(s.action->type))});
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "D01",
     .name = "drop-table",
     .title = "drops a table with its rows",
     .why =
         "The rows are gone, and whatever still reads the table fails from that moment on. Undoing "
         "the migration brings back an empty table.",
     .instead = "Stop using the table first, rename it in one release and drop it in a later "
                "one; Keel takes a backup before it drops anything.",
     .postgres = {.bad = "drop table orders;",
                  .good = "alter table orders rename to orders_unused_since_2026_11;"},
     .sqlite = {.bad = "drop table orders;",
                .good = "alter table orders rename to orders_unused_since_2026_11;"},
     .check = drop_table},
    {.id = "D02",
     .name = "drop-column",
     .title = "drops a column with its values",
     .why =
         "The values are gone, and statements that name the column fail from that moment on, also "
         "those of instances of the application that still run the old version.",
     .instead = "Release an application that does not use the column first, then drop it.",
     .postgres = {.bad = "alter table users drop column name;",
                  .good = "comment on column users.name is 'not used since November 2026';"},
     .sqlite = {.bad = "alter table users drop column nickname;",
                .good = "update users set nickname = null where nickname = '';"},
     .check = drop_column},
    {.id = "D03",
     .name = "drop-schema",
     .scope = Scope::postgres,
     .severity = Severity::error,
     .title = "drops a schema or a database",
     .why = "Everything in it goes at once, and none of it is named: what was added yesterday "
            "goes too.",
     .instead = "Drop what is to go by its names; `keel db reset` empties a database on purpose.",
     .postgres = {.bad = "drop schema archive cascade;",
                  .good = "alter schema archive rename to old_archive;"},
     .check = drop_schema},
    {.id = "D04",
     .name = "truncate",
     .scope = Scope::postgres,
     .title = "empties a table",
     .why = "All rows are gone, triggers for delete do not fire, and with CASCADE the tables "
            "that refer to it are emptied too, however far that goes.",
     .instead = "Delete the rows that are meant, with a WHERE.",
     .postgres = {.bad = "truncate users cascade;",
                  .good = "delete from users where joined < '2001-01-01';"},
     .check = truncate},
    {.id = "D05",
     .name = "change-all-rows",
     .title = "deletes or updates every row",
     .why = "A forgotten WHERE is the classic way to lose a table. Where all rows are meant, one "
            "statement also keeps every row locked until the end of the transaction.",
     .instead =
         "Say which rows are meant; where all are, say so with WHERE true, or work in batches "
         "with `keel migrate backfill`.",
     .postgres = {.bad = "update orders set paid = false;",
                  .good = "update orders set paid = false where paid is null;"},
     .sqlite = {.bad = "delete from orders;", .good = "delete from orders where total = 0;"},
     .check = change_all_rows,
     .by_rows = true},
    {.id = "D06",
     .name = "drop-cascade",
     .scope = Scope::postgres,
     .title = "drops what depends on it, whatever that is",
     .why =
         "CASCADE takes views, foreign keys and defaults along that the migration does not name, "
         "and undoing it does not bring them back.",
     .instead =
         "Drop what depends on it by name, in the migration; without CASCADE the server lists "
         "what that is.",
     .postgres = {.bad = "drop view recent_orders cascade;", .good = "drop view recent_orders;"},
     .check = drop_cascade},
    {.id = "D07",
     .name = "drop-guarantee",
     .scope = Scope::postgres,
     .severity = Severity::info,
     .title = "drops a constraint or NOT NULL",
     .why = "What the application may rely on holds no longer; rows that break it cannot be told "
            "apart afterwards, and the constraint may not come back.",
     .instead =
         "Be sure that nothing relies on it; where it is replaced, do both in one migration.",
     .postgres =
         {.bad = "alter table users alter column email drop not null;",
          .good = "alter table users drop constraint users_age_check;\n"
                  "alter table users add constraint users_age_check check (age >= 0) not valid;"},
     .check = drop_guarantee},
    {.id = "D08",
     .name = "narrowing-rounds",
     .scope = Scope::postgres,
     .title = "changes a type so that values lose something without a word",
     .why =
         "The cast rounds or cuts: fractions, times of day, digits. No error says for which rows, "
         "and the old values are gone.",
     .instead = "Add a new column, fill it, compare, and switch over; or keep the wider type.",
     .postgres = {.bad = "alter table orders alter column total type numeric(10,0);",
                  .good = "alter table orders alter column total type numeric(12,2);"},
     .check = narrow_silently,
     .by_rows = true},
});

}  // namespace

std::span<const Rule> destructive_rules() {
    return rules;
}

}  // namespace keel::lint
