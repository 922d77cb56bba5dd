#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

void foreign_keys_pragma(const Subject& s, Remarks& remarks) {
    const bool is_it = s.action->kind == ActionKind::set_parameter &&
                       s.action->name == "foreign_keys" && !s.action->new_name.empty();
    if (!is_it || !s.statement->section->transaction) return;
    remarks.push_back({.message = "PRAGMA foreign_keys does nothing inside a transaction: because "
                                  "of it this file runs in steps"});
}

/// Children whose rows go, or lose their reference, with the parent's.
std::vector<std::string> losing_children(const SchemaState& state, const SqlName& parent) {
    std::vector<std::string> children;
    for (const TableState* child : state.referencing(parent)) {
        for (const auto& constraint : child->constraints) {
            const bool is_it = constraint.references &&
                               known_name(constraint.references->table) == known_name(parent) &&
                               !constraint.references->on_delete.empty();
            if (is_it)
                children.push_back(child->name.text() + " (" + constraint.references->on_delete +
                                   ")");
        }
    }
    return children;
}

void drop_parent(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::drop_table || !s.is_in_use()) return;
    const auto children = losing_children(s.before, s.action->object);
    if (children.empty()) return;
    remarks.push_back(
        {.message = fmt::format("drop table {} deletes its rows first: that reaches {}",
                                s.table_text(), fmt::join(children, ", "))});
}

/// What a rebuild of a table ends with, compared with what there was.
void forgotten_in_rebuild(const TableState& before, const TableState& after,
                          const JudgedStatement& at, Remarks& remarks) {
    const auto forget = [&](std::string what) {
        remarks.push_back(
            {.message = fmt::format("rebuilding {} loses {}", before.name.text(), what),
             .at = &at});
        return &remarks.back();
    };
    for (const auto& index : before.indexes) {
        const bool is_there = std::ranges::any_of(after.indexes, [&](const IndexState& other) {
            return other.name == index.name || other.keys == index.keys;
        });
        if (!index.of_constraint && !is_there) forget("its index " + index.name);
    }
    for (const auto& trigger : before.triggers)
        if (!after.triggers.contains(trigger)) forget("its trigger " + trigger);
    if (before.autoincrement() && !after.autoincrement())
        forget("AUTOINCREMENT: ids of deleted rows are given out again");
    else if (before.autoincrement())
        forget("the mark of AUTOINCREMENT, unless sqlite_sequence is copied (Keel does it)")
            ->severity = Severity::warning;
}

bool copies_sequence(const JudgedFile& file) {
    return std::ranges::any_of(file.up, [](const JudgedStatement& statement) {
        return std::ranges::any_of(statement.read.actions, [](const SqlAction& action) {
            return action.object.name == "sqlite_sequence";
        });
    });
}

void incomplete_rebuild(const Subject& s, Remarks& remarks) {
    for (const auto& statement : s.file.up) {
        for (const SqlAction& action : statement.read.actions) {
            if (action.kind != ActionKind::drop_table) continue;
            const TableState* before = s.before.table(action.object);
            const TableState* after = s.after->table(action.object);
            const bool is_rebuilt =
                before != nullptr && after != nullptr && after->made_in == s.file.number;
            if (!is_rebuilt) continue;
            Remarks found;
            forgotten_in_rebuild(*before, *after, statement, found);
            const bool has_sequence = copies_sequence(s.file);
            std::erase_if(found, [&](const Remark& remark) {
                return has_sequence && remark.message.find("unless") != std::string::npos;
            });
            remarks.insert(remarks.end(), found.begin(), found.end());
        }
    }
}

void unsupported_alter(const Subject& s, Remarks& remarks) {
    if (s.action->kind == ActionKind::other_alter_table)
        remarks.push_back(
            {.message = fmt::format("SQLite's ALTER TABLE cannot do this to {}", s.table_text())});
    if (s.action->kind != ActionKind::drop_column || s.table == nullptr) return;
    const std::string& column = s.action->name;
    std::string reason;
    for (const auto& constraint : s.table->constraints)
        if (std::ranges::find(constraint.columns, column) != constraint.columns.end())
            reason = constraint.kind == ConstraintKind::foreign_key ? "a foreign key"
                                                                    : "a key or a constraint";
    for (const auto& index : s.table->indexes)
        if (std::ranges::find(index.keys, column) != index.keys.end() && !index.of_constraint)
            reason = "index " + index.name;
    if (reason.empty()) return;
    remarks.push_back({.message = fmt::format("{}.{} cannot be dropped: {} needs it",
                                              s.table_text(), column, reason)});
}

void impossible_column(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::add_column || s.action->columns.empty()) return;
    const SqlColumn& column = s.action->columns.front();
    const auto refuse = [&](std::string_view what) {
        remarks.push_back(
            {.message = fmt::format("ADD COLUMN {} is refused: {}", column.name, what)});
    };
    for (const auto& constraint : column.constraints) {
        if (constraint.kind == ConstraintKind::primary_key) refuse("a primary key cannot be added");
        if (constraint.kind == ConstraintKind::unique) refuse("a UNIQUE column cannot be added");
        const bool has_value =
            column.default_kind != DefaultKind::none && column.default_kind != DefaultKind::null;
        if (constraint.kind == ConstraintKind::foreign_key && has_value)
            refuse("with REFERENCES the default must be NULL");
    }
    if (column.generated_stored) refuse("a STORED column cannot be added (a VIRTUAL one can)");
    const bool varies = column.default_kind == DefaultKind::stable ||
                        column.default_kind == DefaultKind::per_row ||
                        column.default_kind == DefaultKind::own_function;
    if (varies) refuse("its default is not constant, as soon as the table has a row");
}

/// The old table renamed away, a new one made in its place: the references go with the old one.
void renamed_away(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::rename_table || s.was_made_here(s.action->object)) return;
    const auto children = s.before.referencing(s.action->object);
    bool is_replaced = false;
    for (std::size_t at = s.index + 1; at < s.statements().size(); ++at)
        for (const SqlAction& action : s.statements()[at].read.actions)
            is_replaced |=
                action.kind == ActionKind::create_table && action.object == s.action->object;
    if (children.empty() || !is_replaced) return;
    std::vector<std::string> names;
    for (const TableState* child : children) names.push_back(child->name.text());
    remarks.push_back(
        {.message = fmt::format("the foreign keys of {} follow {} to its new name {}",
                                fmt::join(names, ", "), s.table_text(), s.action->new_name)});
}

void copies_star(const Subject& s, Remarks& remarks) {
    const bool copies =
        s.action->kind == ActionKind::insert && s.action->select_star && !s.action->others.empty();
    if (!copies) return;
    remarks.push_back({.message = fmt::format("the columns of {} go into {} by their order",
                                              s.action->others.front().text(), s.table_text())});
}

constexpr std::string_view rebuild_of_users =
    "create table users_new (id integer primary key, email text not null, nickname text);\n"
    "insert into users_new (id, email, nickname) select id, email, nickname from users;\n"
    "drop table users;\n"
    "alter table users_new rename to users;";
constexpr std::string_view whole_rebuild_of_notes =
    "create table notes_new (id integer primary key, body text not null);\n"
    "insert into notes_new (id, body) select id, body from notes;\n"
    "drop table notes;\n"
    "alter table notes_new rename to notes;\n"
    "create index notes_body on notes (body);";

constexpr std::array rules = std::to_array<Rule>({
    {.id = "Q01",
     .name = "foreign-keys-pragma",
     .scope = Scope::sqlite,
     .title = "switches foreign keys in a migration",
     .why = "SQLite ignores PRAGMA foreign_keys in a transaction, without a word: in other tools "
            "what follows runs with foreign keys as they were, and DROP TABLE then deletes the "
            "rows of child tables. Keel runs such a file in steps, which are not undone together.",
     .instead = "Leave it out: Keel switches foreign keys around a migration that drops a table, "
                "and checks them before it commits.",
     .sqlite =
         {.bad =
              "pragma foreign_keys = off;\nupdate users set nickname = '' where nickname is null;",
          .good = "update users set nickname = '' where nickname is null;"},
     .check = foreign_keys_pragma,
     .in_down = true},
    {.id = "Q02",
     .name = "drop-parent",
     .scope = Scope::sqlite,
     .title = "drops a table whose child rows go with it",
     .why = "DROP TABLE deletes the rows first, and with foreign keys on, ON DELETE CASCADE and "
            "SET NULL act: the children lose rows or references, and no check finds it "
            "afterwards. Keel guards a migration that makes the table again; other tools do not.",
     .instead = "`keel migrate new --rebuild TABLE` writes a rebuild that loses nothing.",
     .sqlite = {.bad = rebuild_of_users, .good = whole_rebuild_of_notes},
     .check = drop_parent},
    {.id = "Q03",
     .name = "incomplete-rebuild",
     .scope = Scope::sqlite,
     .severity = Severity::error,
     .title = "rebuilds a table and forgets what hung on it",
     .why = "DROP TABLE takes indexes and triggers along, and the mark of AUTOINCREMENT. Nothing "
            "fails: queries become slow, triggers no longer fire, ids are given out twice.",
     .instead = "Make them again behind the renaming; `keel migrate new --rebuild TABLE` writes "
                "all of it.",
     .sqlite = {.bad = "create table notes_new (id integer primary key, body text not null);\n"
                       "insert into notes_new (id, body) select id, body from notes;\n"
                       "drop table notes;\n"
                       "alter table notes_new rename to notes;",
                .good = whole_rebuild_of_notes},
     .level = Level::file,
     .check = incomplete_rebuild},
    {.id = "Q04",
     .name = "unsupported-alter",
     .scope = Scope::sqlite,
     .severity = Severity::error,
     .title = "asks of ALTER TABLE what SQLite cannot do",
     .why = "SQLite renames tables and columns, adds columns, and drops columns that nothing "
            "needs. The rest is a syntax error, or refused.",
     .instead = "Rebuild the table: `keel migrate new --rebuild TABLE`.",
     .sqlite = {.bad = "alter table orders drop column user_id;",
                .good = "alter table users drop column nickname;"},
     .check = unsupported_alter},
    {.id = "Q05",
     .name = "impossible-column",
     .scope = Scope::sqlite,
     .severity = Severity::error,
     .title = "adds a column that SQLite cannot add",
     .why = "ADD COLUMN refuses keys, UNIQUE, STORED columns and, as soon as the table has a "
            "row, defaults that are not constant. On an empty development database the last one "
            "passes.",
     .instead = "Add a plain column and fill it, with an index for UNIQUE; or rebuild the table.",
     .sqlite = {.bad = "alter table users add column made text default (datetime('now'));",
                .good = "alter table users add column made text;\n"
                        "update users set made = datetime('now') where made is null;"},
     .check = impossible_column},
    {.id = "Q06",
     .name = "renamed-away",
     .scope = Scope::sqlite,
     .severity = Severity::error,
     .title = "renames the old table away before the new one is made",
     .why = "ALTER TABLE RENAME changes the foreign keys of other tables too: they then refer to "
            "the old table under its new name, and to nothing once it is dropped.",
     .instead = "Make the new table under another name, fill it, drop the old one, and rename "
                "the new one last.",
     .sqlite =
         {.bad =
              "alter table users rename to users_old;\n"
              "create table users (id integer primary key, email text not null, nickname text);\n"
              "insert into users (id, email, nickname) select id, email, nickname from users_old;\n"
              "drop table users_old;",
          .good = rebuild_of_users},
     .check = renamed_away},
    {.id = "Q12",
     .name = "copies-star",
     .scope = Scope::sqlite,
     .title = "copies rows by the order of the columns",
     .why = "SELECT * gives the columns in the order in which the old table has them: after an "
            "ADD COLUMN that is another than the one in the new CREATE TABLE, and the values go "
            "into the wrong columns without an error.",
     .instead = "Name the columns on both sides.",
     .sqlite = {.bad = "create table notes_copy (id integer primary key, body text not null);\n"
                       "insert into notes_copy select * from notes;",
                .good = "create table notes_copy (id integer primary key, body text not null);\n"
                        "insert into notes_copy (id, body) select id, body from notes;"},
     .check = copies_star},
});

}  // namespace

std::span<const Rule> sqlite_rebuild_rules() {
    return rules;
}

}  // namespace keel::lint
