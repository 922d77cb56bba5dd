#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "model/migration.hpp"
#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

void quoted_text(const Subject& s, Remarks& remarks) {
    if (!s.statement->trial.misquoted) return;
    const std::size_t offset = *s.statement->trial.misquoted;
    const std::string_view text = s.statement->statement.text;
    Remark remark{.message = "this is taken for a text, because no column has that name",
                  .offset = std::min(offset, text.size())};
    const auto close = offset < text.size() && text[offset] == '"' ? text.find('"', offset + 1)
                                                                   : std::string_view::npos;
    if (close != std::string_view::npos) {
        const std::string inner(text.substr(offset + 1, close - offset - 1));
        remark.message =
            fmt::format("\"{}\" is taken for a text, because no column has that name", inner);
        const std::size_t at = s.statement->statement.offset + offset;
        if (inner.find('\'') == std::string::npos)
            remark.edits = {{.section = s.statement->section,
                             .begin = at,
                             .end = at + inner.size() + 2,
                             .replacement = "'" + inner + "'"}};
    }
    remarks.push_back(std::move(remark));
}

/// SQLite's own rules, in their order: the first that fits decides.
std::string_view affinity_of(const std::string& type) {
    const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
    if (has("int")) return "integer";
    if (has("char") || has("clob") || has("text")) return "text";
    if (has("blob") || type.empty()) return "none";
    return has("real") || has("floa") || has("doub") ? "real" : "numeric";
}

void surprising_type(const Subject& s, Remarks& remarks) {
    const bool defines =
        s.action->kind == ActionKind::create_table || s.action->kind == ActionKind::add_column;
    if (!defines) return;
    constexpr auto strict_types =
        std::to_array<std::string_view>({"int", "integer", "real", "text", "blob", "any"});
    for (const auto& column : s.action->columns) {
        const std::string& type = column.type.name;
        const bool is_strict = s.action->strict || (s.table != nullptr && s.table->strict);
        if (is_strict) {
            if (std::ranges::find(strict_types, type) == strict_types.end())
                remarks.push_back(
                    {.message = fmt::format("'{}' is no type in a STRICT table", type),
                     .offset = column.type_offset,
                     .severity = Severity::error});
            continue;
        }
        const bool means_text = type.find("string") != std::string::npos ||
                                type.find("uuid") != std::string::npos ||
                                type.find("json") != std::string::npos;
        const bool only_contains_int =
            affinity_of(type) == "integer" &&
            (type.find("point") != std::string::npos || type.find("interval") != std::string::npos);
        if ((means_text && affinity_of(type) == "numeric") || only_contains_int)
            remarks.push_back({.message = fmt::format("{}.{}: '{}' has {} affinity", s.table_text(),
                                                      column.name, type, affinity_of(type)),
                               .offset = column.type_offset});
    }
}

void copied_into_strict(const Subject& s, Remarks& remarks) {
    surprising_type(s, remarks);
    if (s.action->kind != ActionKind::insert || s.action->others.empty()) return;
    const TableState* from = s.before.table(s.action->others.front());
    const bool stiffens = s.table != nullptr && s.table->strict && from != nullptr && !from->strict;
    if (!stiffens) return;
    remarks.push_back(
        {.message = fmt::format("{} is STRICT and {} is not: the copy fails at the first "
                                "value of another type",
                                s.table_text(), from->name.text())});
}

void no_rowid_alias(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::create_table || s.action->without_rowid) return;
    std::string key;
    for (const auto& constraint : s.action->constraints)
        if (constraint.kind == ConstraintKind::primary_key && constraint.columns.size() == 1)
            key = constraint.columns.front();
    for (const auto& column : s.action->columns) {
        const bool is_key =
            column.name == key || std::ranges::any_of(column.constraints, [](const auto& one) {
                return one.kind == ConstraintKind::primary_key;
            });
        const bool is_number = affinity_of(column.type.name) == "integer";
        if (!is_key || !is_number || column.type.name == "integer") continue;
        Remark remark{
            .message = fmt::format("{}.{} is {} and not INTEGER: it is not the rowid, may be "
                                   "null and is not counted up",
                                   s.table_text(), column.name, column.type.name),
            .offset = column.type_offset};
        const std::size_t at = s.statement->statement.offset + column.type_offset;
        const bool is_plain =
            column.type.modifiers.empty() && column.type.name.find(' ') == std::string::npos;
        if (is_plain)
            remark.edits = {{.section = s.statement->section,
                             .begin = at,
                             .end = at + column.type.name.size(),
                             .replacement = "integer"}};
        remarks.push_back(std::move(remark));
    }
}

void journal_in_transaction(const Subject& s, Remarks& remarks) {
    const bool is_alone = s.statements().size() == 1;
    if (s.action->kind != ActionKind::set_parameter || is_alone) return;
    if (!s.statement->section->transaction) return;
    constexpr auto outside = std::to_array<std::string_view>(
        {"journal_mode", "synchronous", "page_size", "auto_vacuum", "temp_store", "locking_mode"});
    const bool sets =
        !s.action->new_name.empty() && std::ranges::find(outside, s.action->name) != outside.end();
    if (!sets) return;
    remarks.push_back(
        {.message = fmt::format("PRAGMA {} is refused or does nothing inside a transaction",
                                s.action->name)});
}

void newer_version(const Subject& s, Remarks& remarks) {
    if (s.engine_version.empty()) return;
    for (const auto& feature : s.statement->read.features) {
        if (!version_less(s.engine_version, feature.version)) continue;
        remarks.push_back({.message = fmt::format("{} needs SQLite {}, and this is {}",
                                                  feature.what, feature.version, s.engine_version),
                           .offset = feature.offset});
    }
}

void not_unique_parent(const Subject& s, Remarks& remarks) {
    for (const auto& statement : s.file.up) {
        for (const SqlAction& action : statement.read.actions) {
            const auto judge = [&](const SqlConstraint& constraint) {
                if (!constraint.references || constraint.references->columns.empty()) return;
                const TableState* parent = s.after->table(constraint.references->table);
                if (parent == nullptr || !parent->complete ||
                    parent->has_unique_over(constraint.references->columns))
                    return;
                remarks.push_back(
                    {.message = fmt::format("{} ({}) is neither a primary key nor unique",
                                            parent->name.text(),
                                            fmt::join(constraint.references->columns, ", ")),
                     .offset = constraint.offset,
                     .at = &statement});
            };
            for (const auto& constraint : action.constraints) judge(constraint);
            for (const auto& column : action.columns)
                for (const auto& constraint : column.constraints) judge(constraint);
        }
    }
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "Q07",
     .name = "double-quoted-text",
     .scope = Scope::sqlite,
     .title = "writes a text in double quotes",
     .why = "Double quotes are for names. SQLite takes what is no column for a text, so that a "
            "mistyped column compares with its own name instead of failing; builds without that "
            "habit refuse the schema.",
     .instead = "Single quotes.",
     .sqlite = {.bad = "update users set nickname = \"none\" where nickname is null;",
                .good = "update users set nickname = 'none' where nickname is null;"},
     .level = Level::statement,
     .check = quoted_text,
     .in_down = true},
    {.id = "Q08",
     .name = "surprising-type",
     .scope = Scope::sqlite,
     .title = "uses a type that SQLite understands otherwise, or not in a STRICT table",
     .why = "SQLite takes a type's name apart: STRING is numeric, so that '007' becomes 7; "
            "whatever contains INT is an integer. A STRICT table knows six types, and a copy "
            "into it fails at the first value that does not fit.",
     .instead = "TEXT, INTEGER, REAL, BLOB; before a copy into a STRICT table, look at typeof().",
     .sqlite = {.bad = "create table tags (id integer primary key, code string);",
                .good = "create table tags (id integer primary key, code text);"},
     .check = copied_into_strict},
    {.id = "Q09",
     .name = "no-rowid-alias",
     .scope = Scope::sqlite,
     .title = "makes a numeric primary key that is not the rowid",
     .why = "Only the exact word INTEGER makes the key the rowid. INT or BIGINT make a second "
            "index beside it, allow NULL, and give no number to a row that brings none.",
     .instead = "INTEGER PRIMARY KEY.",
     .sqlite = {.bad = "create table tags (id bigint primary key, name text);",
                .good = "create table tags (id integer primary key, name text);"},
     .check = no_rowid_alias},
    {.id = "Q10",
     .name = "pragma-in-transaction",
     .scope = Scope::sqlite,
     .title = "mixes a pragma that does not work inside a transaction with other statements",
     .why = "The journal mode, the page size and the like cannot change inside a transaction: "
            "the statement fails, or does nothing without a word. Keel runs a file with one of "
            "them in steps where it knows it, and those are not undone together.",
     .instead = "A migration of its own; most of them belong to whoever opens the database.",
     .sqlite = {.bad = "pragma journal_mode = wal;\n"
                       "create table tags (id integer primary key);",
                .good = "pragma journal_mode = wal;"},
     .check = journal_in_transaction},
    {.id = "Q11",
     .name = "needs-newer-sqlite",
     .scope = Scope::sqlite,
     .severity = Severity::error,
     .title = "uses what only a newer SQLite has",
     .why = "The migration fails where the library is older, also in the applications that read "
            "the schema.",
     .instead = "Write it without, or have a newer SQLite everywhere.",
     .sqlite = {.bad = "update users set nickname = if(nickname = '', null, nickname) where true;",
                .good = "update users set nickname = nullif(nickname, '') where true;"},
     .level = Level::statement,
     .check = newer_version},
    {.id = "Q13",
     .name = "parent-not-unique",
     .scope = Scope::sqlite,
     .severity = Severity::error,
     .title = "refers to columns that are not unique",
     .why = "SQLite accepts the definition and fails at the first insert: foreign key mismatch.",
     .instead = "Refer to the primary key, or make a unique index over exactly these columns.",
     .sqlite =
         {.bad =
              "create table tags (id integer primary key, nick text references users (nickname));\n"
              "create index tags_nick on tags (nick);",
          .good =
              "create table tags (id integer primary key, user_id integer references users (id));\n"
              "create index tags_user_id on tags (user_id);"},
     .level = Level::file,
     .check = not_unique_parent},
});

}  // namespace

std::span<const Rule> sqlite_statement_rules() {
    return rules;
}

}  // namespace keel::lint
