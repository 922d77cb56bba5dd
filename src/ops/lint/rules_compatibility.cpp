#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ops/lint/lock_effect.hpp"
#include "ops/lint/rules.hpp"
#include "ops/lint/type_names.hpp"

namespace keel::lint {
namespace {

/// Whether the renaming is a step of rebuilding a table: its old name is made again, or it takes
/// the name of one that was dropped.
bool is_part_of_rebuild(const Subject& s) {
    if (s.was_made_here(s.action->object)) return true;
    for (const auto& statement : s.statements()) {
        for (const SqlAction& action : statement.read.actions) {
            const bool makes = (action.kind == ActionKind::create_table ||
                                action.kind == ActionKind::create_view) &&
                               action.object == s.action->object;
            if (makes) return true;
        }
    }
    return false;
}

void renamed(const Subject& s, Remarks& remarks) {
    const ActionKind kind = s.action->kind;
    if (kind == ActionKind::rename_table && s.is_in_use() && !is_part_of_rebuild(s))
        remarks.push_back({.message = fmt::format("statements that say {} fail as soon as it is {}",
                                                  s.table_text(), s.action->new_name)});
    if (kind == ActionKind::rename_column && s.is_in_use())
        remarks.push_back(
            {.message = fmt::format("statements that say {}.{} fail as soon as it is {}",
                                    s.table_text(), s.action->name, s.action->new_name)});
    if (kind == ActionKind::rename_enum_value)
        remarks.push_back(
            {.message = fmt::format("statements that say '{}' fail as soon as it is '{}'",
                                    s.action->name, s.action->new_name)});
    if (kind == ActionKind::rename_schema || kind == ActionKind::rename_routine)
        remarks.push_back({.message = fmt::format("statements that say {} fail as soon as it is {}",
                                                  s.table_text(), s.action->new_name)});
}

void required_column(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::add_column || s.action->columns.empty() || !s.is_in_use())
        return;
    const SqlColumn& column = s.action->columns.front();
    const bool has_value =
        column.default_kind != DefaultKind::none && column.default_kind != DefaultKind::null;
    const bool is_computed =
        column.serial || column.identity || column.generated_stored || column.generated_virtual;
    if (!column.not_null || has_value || is_computed) return;
    remarks.push_back({.message = fmt::format(
                           "{}.{} is NOT NULL without a default: it fails as soon as {} has a row",
                           s.table_text(), column.name, s.table_text())});
}

void changed_signature(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::create_routine) return;
    const auto& routines = s.before.names().routines;
    const auto found = routines.find(known_name(s.action->object).text());
    if (found == routines.end() || found->second.contains(s.action->signature)) return;
    // What comes from the catalog has its name in front: "f(integer)".
    for (const auto& known : found->second)
        if (known.find('(') != std::string::npos) return;
    remarks.push_back({.message = fmt::format("{}({}) does not replace {}({}): both will be there",
                                              s.table_text(), s.action->signature, s.table_text(),
                                              *found->second.begin())});
}

std::string counted(std::int64_t count, std::string_view what) {
    constexpr std::int64_t bound = 1000;
    if (count >= bound) return fmt::format("{} or more {}", bound, what);
    return fmt::format("{} {}", count, what);
}

/// With a database at hand the rows themselves are asked; without one it can only be said that it
/// hangs on them.
void unique_on_data(const Subject& s, Remarks& remarks) {
    if (!s.is_in_use()) return;
    std::vector<std::string> columns;
    if (s.action->kind == ActionKind::create_index && s.action->unique && !s.action->partial)
        columns = s.action->keys;
    if (s.action->kind == ActionKind::add_constraint && !s.action->constraints.empty()) {
        const SqlConstraint& constraint = s.action->constraints.front();
        const bool is_key = constraint.kind == ConstraintKind::unique ||
                            constraint.kind == ConstraintKind::primary_key;
        if (is_key && constraint.using_index.empty()) columns = constraint.columns;
    }
    const bool has_expression = std::ranges::find(columns, "") != columns.end();
    if (columns.empty() || has_expression) return;
    if (s.table != nullptr && s.table->has_unique_over(columns)) return;
    const auto repeated =
        s.rows == nullptr ? std::nullopt : s.rows->count_repeated(s.action->object, columns);
    if (repeated && *repeated == 0) return;
    Remark remark{.message = fmt::format("this fails when {} has the same {} twice", s.table_text(),
                                         fmt::join(columns, ", "))};
    if (repeated) {
        remark.message =
            fmt::format("this will fail: {} of {} in {} occur more than once",
                        counted(*repeated, "values"), fmt::join(columns, ", "), s.table_text());
        remark.severity = Severity::error;
    }
    remarks.push_back(std::move(remark));
}

void not_null_on_data(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::set_not_null || !s.is_in_use()) return;
    if (s.table != nullptr && s.table->proves_not_null(s.action->name)) return;
    const auto nulls =
        s.rows == nullptr
            ? std::nullopt
            : s.rows->count(s.action->object, s.rows->quote(s.action->name) + " is null");
    if (nulls && *nulls == 0) return;
    Remark remark{.message = fmt::format("this fails when {}.{} holds a null", s.table_text(),
                                         s.action->name)};
    if (nulls) {
        remark.message = fmt::format("this will fail: {} of {} hold a null in {}",
                                     counted(*nulls, "rows"), s.table_text(), s.action->name);
        remark.severity = Severity::error;
    }
    remarks.push_back(std::move(remark));
}

/// The condition of rows that do not fit; empty where there is none that is plain.
std::string misfit(const LiveRows& rows, const std::string& column, const SqlType& to) {
    const std::string quoted = rows.quote(column);
    if ((to.name == "varchar" || to.name == "bpchar") && !to.modifiers.empty())
        return fmt::format("length({}::text) > {}", quoted, to.modifiers[0]);
    if (to.name == "int2") return quoted + " not between -32768 and 32767";
    if (to.name == "int4") return quoted + " not between -2147483648 and 2147483647";
    return "";
}

void narrowing_on_data(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::set_type || !s.is_in_use() || s.table == nullptr) return;
    const SqlColumn* column = s.table->column(s.action->name);
    if (column == nullptr || s.action->has_using) return;
    if (judge_narrowing(column->type, s.action->type) != Narrowing::fails) return;
    const std::string condition =
        s.rows == nullptr ? "" : misfit(*s.rows, column->name, s.action->type);
    const auto misfits =
        condition.empty() ? std::nullopt : s.rows->count(s.action->object, condition);
    if (misfits && *misfits == 0) return;
    Remark remark{.message = fmt::format("this fails when a {} in {}.{} does not fit {}",
                                         spoken_type(column->type), s.table_text(), column->name,
                                         spoken_type(s.action->type))};
    if (misfits) {
        remark.message =
            fmt::format("this will fail: {} of {} do not fit {} in {}", counted(*misfits, "rows"),
                        s.table_text(), spoken_type(s.action->type), column->name);
        remark.severity = Severity::error;
    }
    remarks.push_back(std::move(remark));
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "C01",
     .name = "rename",
     .title = "renames what statements of the application name",
     .why = "Between the migration and the last old instance of the application, one of the two "
            "names is wrong: whoever says it fails.",
     .instead = "Add the new name beside the old one (a column kept in step by a trigger, a view "
                "under the old name), release, and take the old one away later.",
     .postgres = {.bad = "alter table users rename column name to full_name;",
                  .good = "alter table users add column full_name text;"},
     .sqlite = {.bad = "alter table users rename column nickname to alias;",
                .good = "alter table users add column alias text;"},
     .check = renamed},
    {.id = "C02",
     .name = "required-column",
     .severity = Severity::error,
     .title = "adds a NOT NULL column without a default",
     .why = "It fails when the table has a row, and instances of the application that do not "
            "know the column cannot insert any more. An empty development database does not show "
            "it.",
     .instead = "Give it a default, or add it nullable, fill it, and make it NOT NULL later "
                "(L08).",
     .postgres = {.bad = "alter table users add column country text not null;",
                  .good = "alter table users add column country text not null default '';"},
     .sqlite = {.bad = "alter table users add column country text not null;",
                .good = "alter table users add column country text not null default '';"},
     .check = required_column},
    {.id = "C03",
     .name = "changed-signature",
     .scope = Scope::postgres,
     .title = "makes a second function instead of replacing the first",
     .why = "CREATE OR REPLACE with other argument types makes another function of the same "
            "name. Old callers go on calling the old one, and a call that fits both is refused.",
     .instead = "Drop the old signature in the same migration, or give the new one another name.",
     .postgres =
         {.bad =
              "create or replace function total_of(bigint, boolean) returns numeric language sql "
              "as 'select 0.0';",
          .good = "create or replace function total_of(bigint) returns numeric language sql as "
                  "'select 1.0';"},
     .check = changed_signature},
    {.id = "M01",
     .name = "unique-on-data",
     .severity = Severity::info,
     .title = "makes columns unique that may hold the same twice",
     .why = "The migration fails at the first repeated value, in production and not before. "
            "Connected to a database, Keel counts them and says how many there are; when there "
            "are none, it is silent.",
     .instead = "Find the repeated values and settle them in a migration before this one.",
     .postgres = {.bad = "create unique index concurrently users_name on users (name);",
                  .good = "create index concurrently users_name on users (name);"},
     .sqlite = {.bad = "create unique index users_nickname on users (nickname);",
                .good = "create index users_nickname on users (nickname);"},
     .check = unique_on_data},
    {.id = "M02",
     .name = "not-null-on-data",
     .scope = Scope::postgres,
     .severity = Severity::info,
     .title = "makes a column NOT NULL that may hold nulls",
     .why = "The migration fails at the first null. Connected to a database, Keel counts them.",
     .instead = "Fill the nulls in a migration before this one.",
     .postgres = {.bad = "alter table orders alter column note set not null;",
                  .good = "alter table orders alter column checked set not null;"},
     .check = not_null_on_data},
    {.id = "M03",
     .name = "narrowing-on-data",
     .scope = Scope::postgres,
     .title = "narrows a type so that values may not fit",
     .why = "The migration fails at the first value that does not fit. Connected to a database, "
            "Keel counts them.",
     .instead = "Keep the wider type and bound it by a check, which can be added without a long "
                "lock (L05).",
     .postgres = {.bad = "alter table users alter column name type varchar(20);",
                  .good = "alter table users alter column name type varchar(80);"},
     .check = narrowing_on_data},
});

}  // namespace

std::span<const Rule> compatibility_rules() {
    return std::span(rules).first(3);
}
std::span<const Rule> data_rules() {
    return std::span(rules).subspan(3);
}

}  // namespace keel::lint
