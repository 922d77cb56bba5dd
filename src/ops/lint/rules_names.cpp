#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

void long_name(const Subject& s, Remarks& remarks) {
    for (const auto& name : s.statement->read.long_names)
        remarks.push_back({.message = fmt::format("'{}' has {} bytes, and only 63 of them count",
                                                  name.text, name.text.size()),
                           .offset = name.offset});
}

bool names_object(ActionKind kind) noexcept {
    constexpr auto kinds = std::to_array<ActionKind>(
        {ActionKind::create_table, ActionKind::create_table_as, ActionKind::create_view,
         ActionKind::create_materialized_view, ActionKind::drop_table, ActionKind::create_index,
         ActionKind::insert, ActionKind::update, ActionKind::delete_rows,
         ActionKind::create_routine, ActionKind::create_enum, ActionKind::create_trigger});
    return std::ranges::find(kinds, kind) != kinds.end() ||
           (kind >= ActionKind::add_column && kind <= ActionKind::set_inheritance);
}

void unqualified(const Subject& s, Remarks& remarks) {
    const bool is_bare = s.action->object.schema.empty() && !s.action->object.name.empty();
    if (!is_bare || !names_object(s.action->kind) || s.action->temporary) return;
    remarks.push_back({.message = fmt::format("{} has no schema: which one is meant hangs on "
                                              "search_path",
                                              s.action->object.name)});
}

bool is_snake_case(std::string_view name) noexcept {
    if (name.empty() || !(name.front() >= 'a' && name.front() <= 'z')) return name.starts_with('_');
    return std::ranges::all_of(
        name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void naming(const Subject& s, Remarks& remarks) {
    const auto judge = [&](const std::string& name, std::size_t offset) {
        if (!name.empty() && !is_snake_case(name))
            remarks.push_back({.message = fmt::format("'{}' is not in lower_snake_case", name),
                               .offset = offset});
    };
    const ActionKind kind = s.action->kind;
    if (kind == ActionKind::create_table) judge(s.action->object.name, s.action->offset);
    if (kind == ActionKind::create_table || kind == ActionKind::add_column)
        for (const auto& column : s.action->columns) judge(column.name, column.offset);
    if (kind == ActionKind::create_index) judge(s.action->name, s.action->offset);
    const bool renames = kind == ActionKind::rename_table || kind == ActionKind::rename_column ||
                         kind == ActionKind::rename_index;
    if (renames) judge(s.action->new_name, s.action->offset);
}

void enum_order(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::add_enum_value || s.action->has_position) return;
    remarks.push_back({.message = fmt::format("'{}' sorts behind all other values of {}",
                                              s.action->name, s.table_text())});
}

/// Bytes that a column of fixed width is aligned to; 0 for one of any width.
int alignment_of(const SqlType& type) noexcept {
    constexpr auto eight =
        std::to_array<std::string_view>({"int8", "float8", "timestamp", "timestamptz", "time"});
    constexpr auto four = std::to_array<std::string_view>({"int4", "float4", "date"});
    if (type.is_array) return 0;
    if (std::ranges::find(eight, type.name) != eight.end()) return 8;
    if (std::ranges::find(four, type.name) != four.end()) return 4;
    if (type.name == "int2") return 2;
    return type.name == "bool" ? 1 : 0;
}

void padding(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::create_table) return;
    const auto padded = [](const std::vector<int>& widths) {
        int at = 0;
        int lost = 0;
        for (const int width : widths) {
            if (width == 0) continue;
            const int gap = (width - at % width) % width;
            lost += gap;
            at += gap + width;
        }
        return lost;
    };
    std::vector<int> widths;
    for (const auto& column : s.action->columns) widths.push_back(alignment_of(column.type));
    const int lost = padded(widths);
    std::ranges::sort(widths, std::greater());
    const int least = padded(widths);
    if (lost - least < 8) return;
    remarks.push_back(
        {.message = fmt::format("each row of {} loses {} bytes to padding; with the widest "
                                "columns first it would be {}",
                                s.table_text(), lost, least)});
}

void definer_without_path(const Subject& s, Remarks& remarks) {
    const SqlAction& action = *s.action;
    if (action.kind != ActionKind::create_routine || !action.security_definer) return;
    if (action.sets_search_path) return;
    remarks.push_back({.message = fmt::format("{} runs with its owner's rights and the caller's "
                                              "search_path",
                                              s.table_text())});
}

void grant_to_public(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::grant) return;
    if (s.action->to_public)
        remarks.push_back(
            {.message = "this grants to everybody, also to roles that do not exist yet"});
    if (s.action->grant_option) remarks.push_back({.message = "who gets this may pass it on"});
}

// Words that are refused as a column's or table's name without quotes, on PostgreSQL and in SQL.
constexpr auto reserved = std::to_array<std::string_view>(
    {"all",        "analyse",   "analyze", "and",     "any",        "array",     "as",
     "asc",        "both",      "case",    "cast",    "check",      "collate",   "column",
     "constraint", "create",    "default", "desc",    "distinct",   "do",        "else",
     "end",        "except",    "false",   "fetch",   "for",        "foreign",   "from",
     "grant",      "group",     "having",  "in",      "intersect",  "into",      "lateral",
     "leading",    "limit",     "not",     "null",    "offset",     "on",        "only",
     "or",         "order",     "placing", "primary", "references", "returning", "select",
     "some",       "symmetric", "table",   "then",    "to",         "trailing",  "true",
     "union",      "unique",    "user",    "using",   "variadic",   "when",      "where",
     "window",     "with"});

void needs_quotes(const Subject& s, Remarks& remarks) {
    const bool defines =
        std::ranges::any_of(s.statement->read.actions, [](const SqlAction& action) {
            return action.kind == ActionKind::create_table ||
                   action.kind == ActionKind::add_column ||
                   action.kind == ActionKind::rename_column ||
                   action.kind == ActionKind::rename_table;
        });
    if (!defines) return;
    for (const auto& word : s.statement->read.quoted) {
        const bool is_mixed = s.engine == EngineKind::postgres && to_lower(word.text) != word.text;
        const bool is_reserved = std::ranges::find(reserved, to_lower(word.text)) != reserved.end();
        if (!is_mixed && !is_reserved) continue;
        remarks.push_back(
            {.message = fmt::format("\"{}\" must be quoted wherever it is used", word.text),
             .offset = word.offset});
    }
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "S08",
     .name = "name-too-long",
     .scope = Scope::postgres,
     .severity = Severity::error,
     .title = "uses a name of more than 63 bytes",
     .why = "PostgreSQL cuts it off with a notice only. Two names that differ behind the cut are "
            "one, and what looks for the whole name does not find it.",
     .instead = "A shorter name.",
     .postgres =
         {.bad =
              "create table this_is_the_table_in_which_all_orders_that_were_ever_cancelled_are (id "
              "bigint primary key);",
          .good = "create table cancelled_orders (id bigint primary key);"},
     .level = Level::statement,
     .check = long_name,
     .in_down = true},
    {.id = "S09",
     .name = "unqualified-name",
     .scope = Scope::postgres,
     .title = "names an object without its schema",
     .why = "Which object is meant hangs on the search_path of whoever runs the migration.",
     .instead = "schema.name.",
     .postgres = {.bad = "create table tags (id bigint primary key);",
                  .good = "create table public.tags (id bigint primary key);"},
     .check = unqualified,
     .opt_in = true},
    {.id = "S10",
     .name = "naming",
     .severity = Severity::info,
     .title = "uses a name that is not in lower_snake_case",
     .why = "One way of writing names spares everybody the question which it was.",
     .instead = "lower_snake_case.",
     .postgres = {.bad = "create table \"orderItems\" (id bigint primary key);",
                  .good = "create table order_items (id bigint primary key);"},
     .sqlite = {.bad = "create table tags (id integer primary key, \"first-name\" text);",
                .good = "create table tags (id integer primary key, first_name text);"},
     .check = naming,
     .opt_in = true},
    {.id = "S11",
     .name = "enum-order",
     .scope = Scope::postgres,
     .severity = Severity::info,
     .title = "adds an enum value without saying where it sorts",
     .why = "Enums compare by their order, which cannot be changed later. The new value goes to "
            "the end.",
     .instead = "BEFORE or AFTER another value, also where the end is meant.",
     .postgres = {.bad = "alter type mood add value 'happy';",
                  .good = "alter type mood add value 'happy' after 'ok';"},
     .check = enum_order},
    {.id = "S12",
     .name = "column-padding",
     .scope = Scope::postgres,
     .severity = Severity::info,
     .title = "orders columns so that rows are padded",
     .why = "Columns are aligned to their width: a boolean before a bigint costs seven bytes in "
            "every row.",
     .instead = "Columns of 8 bytes first, then 4, 2, 1, then those of any width.",
     .postgres = {.bad =
                      "create table tags (a boolean, id bigint primary key, b boolean, n bigint);",
                  .good =
                      "create table tags (id bigint primary key, n bigint, a boolean, b boolean);"},
     .check = padding,
     .opt_in = true},
    {.id = "S13",
     .name = "definer-without-search-path",
     .scope = Scope::postgres,
     .severity = Severity::error,
     .title = "makes a SECURITY DEFINER function without its own search_path",
     .why = "Who calls it chooses the search_path, and so which tables and functions it finds: "
            "with the rights of its owner.",
     .instead = "SET search_path = '' on the function, and qualified names in it.",
     .postgres =
         {.bad = "create function admin_count() returns bigint language sql security definer as "
                 "'select count(*) from users';",
          .good = "create function admin_count() returns bigint language sql security definer "
                  "set search_path = '' as 'select count(*) from public.users';"},
     .check = definer_without_path},
    {.id = "S14",
     .name = "grant-to-public",
     .scope = Scope::postgres,
     .title = "grants to PUBLIC, or with the right to grant",
     .why = "PUBLIC is every role, also those made later; GRANT OPTION gives the decision away.",
     .instead = "Grant to a role that stands for those who need it.",
     .postgres = {.bad = "grant select on users to public;",
                  .good = "grant select on users to pg_read_all_data;"},
     .check = grant_to_public},
    {.id = "S15",
     .name = "name-needs-quotes",
     .severity = Severity::info,
     .title = "uses a name that must be quoted wherever it is used",
     .why = "A reserved word, or one with capitals on PostgreSQL, must stand in quotes in every "
            "statement; who forgets them names something else or gets a syntax error.",
     .instead = "A lower-case name that is no word of SQL.",
     .postgres = {.bad = "create table tags (id bigint primary key, \"Order\" int);",
                  .good = "create table tags (id bigint primary key, position int);"},
     .sqlite = {.bad = "create table tags (id integer primary key, \"order\" int);",
                .good = "create table tags (id integer primary key, position int);"},
     .level = Level::statement,
     .check = needs_quotes},
});

}  // namespace

std::span<const Rule> name_rules() {
    return rules;
}

}  // namespace keel::lint
