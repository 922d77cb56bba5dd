#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

bool makes_table(const SqlAction& action) noexcept {
    return action.kind == ActionKind::create_table && !action.temporary && !action.columns.empty();
}

/// Columns that the action makes: of a new table, or the one that is added.
std::span<const SqlColumn> new_columns(const Subject& s) {
    const bool is_new =
        s.action->kind == ActionKind::create_table || s.action->kind == ActionKind::add_column;
    return is_new ? std::span<const SqlColumn>(s.action->columns) : std::span<const SqlColumn>();
}

const SqlConstraint* primary_key(const SqlAction& action) noexcept {
    for (const auto& constraint : action.constraints)
        if (constraint.kind == ConstraintKind::primary_key) return &constraint;
    for (const auto& column : action.columns)
        for (const auto& constraint : column.constraints)
            if (constraint.kind == ConstraintKind::primary_key) return &constraint;
    return nullptr;
}

void no_primary_key(const Subject& s, Remarks& remarks) {
    if (!makes_table(*s.action) || !s.action->others.empty()) return;
    // The end of the file counts: it may come in a statement of its own. What came before this one
    // was done to another table of the name.
    bool is_after = false;
    for (const auto& statement : s.statements()) {
        for (const SqlAction& action : statement.read.actions) {
            if (!is_after || action.object != s.action->object) {
                is_after = is_after || &action == s.action;
                continue;
            }
            const bool is_key =
                action.kind == ActionKind::add_constraint && primary_key(action) != nullptr;
            if (is_key || action.kind == ActionKind::drop_table) return;
        }
    }
    if (primary_key(*s.action) != nullptr) return;
    remarks.push_back({.message = fmt::format("table {} has no primary key", s.table_text())});
}

/// Replaces the word at `offset` when it is there as expected.
std::vector<Edit> replace_word(const Subject& s, std::size_t offset, std::string_view from,
                               std::string_view to) {
    const std::string_view text = s.statement->statement.text;
    if (!starts_with_ignore_case(text.substr(std::min(offset, text.size())), from)) return {};
    const std::size_t at = s.statement->statement.offset + offset;
    return {{.section = s.statement->section,
             .begin = at,
             .end = at + from.size(),
             .replacement = std::string(to)}};
}

/// The word of the statement that begins at `offset`.
std::string word_at(const Subject& s, std::size_t offset) {
    const std::string_view text = s.statement->statement.text;
    std::size_t end = offset;
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    while (end < text.size() && is_part(text[end])) ++end;
    return to_lower(text.substr(std::min(offset, text.size()), end - offset));
}

void small_key(const Subject& s, Remarks& remarks) {
    if (!makes_table(*s.action)) return;
    const SqlConstraint* key = primary_key(*s.action);
    if (key == nullptr || key->columns.size() != 1) return;
    const auto column = std::ranges::find(s.action->columns, key->columns[0], &SqlColumn::name);
    if (column == s.action->columns.end()) return;
    if (column->type.name != "int4" && column->type.name != "int2") return;
    const bool counts = column->serial || column->identity;
    if (!counts && column->default_kind != DefaultKind::per_row) return;
    const std::string word = word_at(s, column->type_offset);
    const bool is_serial = word == "serial" || word == "smallserial";
    Remark remark{.message = fmt::format("{}.{} ends at {}", s.table_text(), column->name,
                                         column->type.name == "int4" ? "2147483647" : "32767"),
                  .offset = column->type_offset};
    if (is_serial || word == "int" || word == "integer" || word == "smallint")
        remark.edits =
            replace_word(s, column->type_offset, word, is_serial ? "bigserial" : "bigint");
    remarks.push_back(std::move(remark));
}

void json(const Subject& s, Remarks& remarks) {
    for (const auto& column : new_columns(s)) {
        if (column.type.name != "json") continue;
        remarks.push_back({.message = fmt::format("{}.{} is json", s.table_text(), column.name),
                           .offset = column.type_offset,
                           .edits = replace_word(s, column.type_offset, "json", "jsonb")});
    }
}

void timestamp(const Subject& s, Remarks& remarks) {
    for (const auto& column : new_columns(s)) {
        if (column.type.name != "timestamp") continue;
        Remark remark{.message = fmt::format("{}.{} has no time zone", s.table_text(), column.name),
                      .offset = column.type_offset};
        const std::string_view text = s.statement->statement.text;
        const auto behind = to_lower(trim(text.substr(
            std::min(text.size(), column.type_offset + std::string_view("timestamp").size()))));
        const bool is_spelled_out = behind.starts_with("without") || behind.starts_with("(");
        if (!is_spelled_out)
            remark.edits = replace_word(s, column.type_offset, "timestamp", "timestamptz");
        remarks.push_back(std::move(remark));
    }
}

void padded(const Subject& s, Remarks& remarks) {
    for (const auto& column : new_columns(s)) {
        if (column.type.name != "bpchar") continue;
        remarks.push_back({.message = fmt::format("{}.{} is char, which pads with blanks",
                                                  s.table_text(), column.name),
                           .offset = column.type_offset});
    }
}

/// Whether an index begins with these columns, in any order among themselves.
bool leads_with(const TableState& table, const std::vector<std::string>& columns) {
    return std::ranges::any_of(table.indexes, [&](const IndexState& index) {
        if (index.partial || index.keys.size() < columns.size()) return false;
        return std::ranges::all_of(columns, [&](const auto& column) {
            const auto end = index.keys.begin() + static_cast<std::ptrdiff_t>(columns.size());
            return std::find(index.keys.begin(), end, column) != end;
        });
    });
}

/// The primary key of SQLite's rowid tables needs no index.
bool is_primary_key(const TableState& table, const std::vector<std::string>& columns) {
    return columns.size() == 1 && std::ranges::any_of(table.constraints, [&](const auto& own) {
               return own.kind == ConstraintKind::primary_key && own.columns == columns;
           });
}

/// Every constraint that an action makes, with its table or with a column.
std::vector<const SqlConstraint*> constraints_of(const SqlAction& action) {
    std::vector<const SqlConstraint*> found;
    for (const auto& constraint : action.constraints) found.push_back(&constraint);
    for (const auto& column : action.columns)
        for (const auto& constraint : column.constraints) found.push_back(&constraint);
    return found;
}

void judge_references(const JudgedStatement& statement, const SqlAction& action,
                      const TableState& table, Remarks& remarks) {
    for (const SqlConstraint* constraint : constraints_of(action)) {
        const auto& columns = constraint->columns;
        if (!constraint->references || leads_with(table, columns) || is_primary_key(table, columns))
            continue;
        remarks.push_back({.message = fmt::format("the foreign key of {} on {} has no index",
                                                  fmt::join(columns, ", "), action.object.text()),
                           .offset = constraint->offset,
                           .at = &statement});
    }
}

void reference_without_index(const Subject& s, Remarks& remarks) {
    for (const auto& statement : s.file.up) {
        for (const SqlAction& action : statement.read.actions) {
            const bool may = action.kind == ActionKind::create_table ||
                             action.kind == ActionKind::add_column ||
                             action.kind == ActionKind::add_constraint;
            const TableState* table = may ? s.after->table(action.object) : nullptr;
            if (table != nullptr) judge_references(statement, action, *table, remarks);
        }
    }
}

void redundant_index(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::create_index || s.table == nullptr) return;
    const SqlAction& made = *s.action;
    if (made.partial || std::ranges::find(made.keys, "") != made.keys.end()) return;
    for (const IndexState& index : s.table->indexes) {
        const bool comparable =
            !index.partial && index.name != made.name &&
            (made.new_name.empty() || index.method.empty() || index.method == made.new_name);
        const bool is_prefix = index.keys.size() >= made.keys.size() &&
                               std::equal(made.keys.begin(), made.keys.end(), index.keys.begin());
        if (!comparable || !is_prefix) continue;
        const bool is_same = index.keys.size() == made.keys.size();
        if (made.unique && !(is_same && index.unique)) continue;
        remarks.push_back({.message = fmt::format("index {} covers what {} {}", index.name,
                                                  made.name.empty() ? "this one" : made.name,
                                                  is_same ? "covers" : "begins with")});
        return;
    }
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "S01",
     .name = "no-primary-key",
     .title = "makes a table without a primary key",
     .why = "Rows cannot be told apart: logical replication, batches by key and most tools need "
            "one, and a row that is there twice cannot be removed once.",
     .instead = "Give the table a primary key.",
     .postgres = {.bad = "create table tags (name text not null);",
                  .good = "create table tags (name text primary key);"},
     .sqlite = {.bad = "create table tags (name text not null);",
                .good = "create table tags (name text primary key);"},
     .check = no_primary_key},
    {.id = "S02",
     .name = "small-primary-key",
     .scope = Scope::postgres,
     .title = "counts a primary key in 32 bits or fewer",
     .why = "An int ends at 2147483647, also by inserts that fail or conflict. Changing it then "
            "writes the table and everything that refers to it anew.",
     .instead = "bigint generated always as identity.",
     .postgres = {.bad = "create table tags (id serial primary key, name text);",
                  .good =
                      "create table tags (id bigint generated always as identity primary key, name "
                      "text);"},
     .check = small_key},
    {.id = "S03",
     .name = "json",
     .scope = Scope::postgres,
     .title = "stores json instead of jsonb",
     .why = "json has no equality: SELECT DISTINCT, GROUP BY and UNION over it fail, and each "
            "access parses the text again.",
     .instead = "jsonb, unless the text must be kept byte for byte.",
     .postgres = {.bad = "create table tags (id bigint primary key, extra json);",
                  .good = "create table tags (id bigint primary key, extra jsonb);"},
     .check = json},
    {.id = "S04",
     .name = "timestamp-without-zone",
     .scope = Scope::postgres,
     .title = "stores times without a time zone",
     .why = "A timestamp says nothing about which moment it was: it means something else "
            "wherever the session's time zone differs.",
     .instead = "timestamptz.",
     .postgres = {.bad = "create table tags (id bigint primary key, made timestamp not null);",
                  .good = "create table tags (id bigint primary key, made timestamptz not null);"},
     .check = timestamp},
    {.id = "S05",
     .name = "char",
     .scope = Scope::postgres,
     .title = "uses char(n)",
     .why = "char(n) pads with blanks, which count in some comparisons and not in others, and "
            "saves nothing.",
     .instead = "text, or varchar(n) where the length matters.",
     .postgres = {.bad = "create table tags (id bigint primary key, code char(8));",
                  .good = "create table tags (id bigint primary key, code varchar(8));"},
     .check = padded},
    {.id = "S06",
     .name = "foreign-key-without-index",
     .title = "adds a foreign key whose columns have no index",
     .why =
         "Deleting a row of the referenced table reads the whole table for each row, under a lock.",
     .instead = "CREATE INDEX on the columns, in the same migration where the table is new.",
     .postgres =
         {.bad = "create table tags (id bigint primary key, user_id bigint references users "
                 "(id));",
          .good =
              "create table tags (id bigint primary key, user_id bigint references users (id));\n"
              "create index tags_user_id on tags (user_id);"},
     .sqlite =
         {.bad =
              "create table tags (id integer primary key, user_id integer references users (id));",
          .good = "create table tags (id integer primary key, user_id integer references users "
                  "(id));\n"
                  "create index tags_user_id on tags (user_id);"},
     .level = Level::file,
     .check = reference_without_index},
    {.id = "S07",
     .name = "redundant-index",
     .title = "makes an index that another one covers",
     .why = "Each index costs every write; an index whose columns another one begins with "
            "answers nothing that the other does not.",
     .instead = "Leave it out, or drop the shorter one.",
     .postgres = {.bad = "create index concurrently orders_user_again on orders (user_id);",
                  .good = "create index concurrently orders_user_paid on orders (user_id, paid);"},
     .sqlite = {.bad = "create index orders_user_again on orders (user_id);",
                .good = "create index orders_user_total on orders (user_id, total);"},
     .check = redundant_index},
});

}  // namespace

std::span<const Rule> design_rules() {
    return rules;
}

}  // namespace keel::lint
