#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

void out_of_order(const Subject& s, Remarks& remarks) {
    if (s.provenance == nullptr || s.file.applied) return;
    const Migration& migration = *s.file.migration;
    if (migration.kind != MigrationKind::versioned) return;
    const Provenance& known = *s.provenance;
    const bool is_new_here = std::ranges::find(known.new_since_base, migration.file.native()) !=
                             known.new_since_base.end();
    if (is_new_here && !known.newest_on_base.empty() &&
        version_less(migration.version, known.newest_on_base)) {
        remarks.push_back({.message = fmt::format("{} is new, and older than {} of the base branch",
                                                  migration.version, known.newest_on_base)});
    } else if (!known.newest_applied.empty() &&
               version_less(migration.version, known.newest_applied)) {
        remarks.push_back({.message = fmt::format("{} is not applied, and older than {}, which is",
                                                  migration.version, known.newest_applied)});
    }
}

void edited(const Subject& s, Remarks& remarks) {
    if (s.provenance == nullptr) return;
    const std::string& file = s.file.migration->file.native();
    const auto has = [&](const std::vector<std::string>& list) {
        return std::ranges::find(list, file) != list.end();
    };
    if (has(s.provenance->changed_since))
        remarks.push_back({.message = "this file is applied, and was edited afterwards"});
    else if (has(s.provenance->changed_since_base))
        remarks.push_back({.message = "this file is on the base branch, and was edited here"});
}

void no_down(const Subject& s, Remarks& remarks) {
    const Migration& migration = *s.file.migration;
    const bool needs_one = migration.kind == MigrationKind::versioned;
    if (!needs_one || !migration.down.empty() || s.file.up.empty()) return;
    remarks.push_back({.message = "this migration cannot be undone: it has no down section"});
}

/// What the model of the schema understands in full.
bool is_plain(const std::vector<JudgedStatement>& statements) {
    return std::ranges::all_of(statements, [](const JudgedStatement& statement) {
        const auto& actions = statement.read.actions;
        return statement.read.complaint.empty() &&
               std::ranges::none_of(actions, [](const SqlAction& action) {
                   return action.kind == ActionKind::code_block || action.cascade ||
                          action.kind == ActionKind::create_table_as ||
                          action.kind == ActionKind::drop_schema ||
                          action.kind == ActionKind::attach_partition;
               });
    });
}

void not_inverse(const Subject& s, Remarks& remarks) {
    if (s.file.down.empty() || s.file.up.empty() || s.after_down == nullptr) return;
    if (!is_plain(s.file.up) || !is_plain(s.file.down)) return;
    const std::string difference = s.after_down->difference(s.before);
    if (difference.empty()) return;
    remarks.push_back(
        {.message = fmt::format("undone, the schema is not what it was: {}", difference),
         .at = &s.file.down.front()});
}

void foreign_history(const Subject& s, Remarks& remarks) {
    constexpr auto tables = std::to_array<std::string_view>(
        {"schema_migrations", "goose_db_version", "flyway_schema_history", "alembic_version",
         "__diesel_schema_migrations", "_sqlx_migrations", "_prisma_migrations", "schema_migration",
         "databasechangelog", "databasechangeloglock", "django_migrations", "ar_internal_metadata",
         "atlas_schema_revisions", "keel_migrations", "keel_meta"});
    const bool is_keel = s.action->object.schema == "keel";
    const bool is_one = std::ranges::find(tables, s.action->object.name) != tables.end();
    if (!is_one && !is_keel) return;
    remarks.push_back({.message = fmt::format("{} is a tool's own book-keeping", s.table_text())});
}

constexpr std::string_view make_tags =
    "-- migrate:up\ncreate table tags (id bigint primary key);\n";

constexpr std::array rules = std::to_array<Rule>({
    {.id = "H01",
     .name = "out-of-order",
     .title = "is older than what is applied, or than what the base branch has",
     .why = "It runs after migrations that were written later, on a schema that its author did "
            "not see; somewhere else it may run before them.",
     .instead = "Give it a new version: `keel migrate new`, and move its text there. Compare "
                "with another branch by `--git-base BRANCH`.",
     .level = Level::file,
     .check = out_of_order,
     .needs_history = true},
    {.id = "H02",
     .name = "edited-after-applied",
     .severity = Severity::error,
     .title = "was edited after it was applied, or after it was merged",
     .why = "Databases that have applied it do not get the edit, new ones do: they differ from "
            "then on.",
     .instead = "Take the edit back and write another migration; where it changes nothing, `keel "
                "migrate repair VERSION --accept`.",
     .level = Level::file,
     .check = edited,
     .needs_history = true},
    {.id = "H03",
     .name = "duplicate-version",
     .severity = Severity::error,
     .title = "has the version of another file",
     .why = "One of the two is never applied, or both in an order that nobody chose. Two "
            "branches that count their migrations make such twins.",
     .instead = "Give the newer one another version; timestamps do not collide.",
     .level = Level::file,
     .check = [](const Subject&, Remarks&) {},
     .needs_history = true},
    {.id = "H04",
     .name = "no-down",
     .severity = Severity::info,
     .title = "has no down section",
     .why = "`keel migrate down` stops at it.",
     .instead =
         "Write `-- migrate:down`, or restore the backup that Keel takes when it must be undone.",
     .postgres =
         {.bad = make_tags,
          .good =
              "-- migrate:up\ncreate table tags (id bigint primary key);\n-- migrate:down\ndrop "
              "table tags;"},
     .sqlite =
         {.bad = "-- migrate:up\n"
                 "create table tags (id integer primary key);",
          .good =
              "-- migrate:up\ncreate table tags (id integer primary key);\n-- migrate:down\ndrop "
              "table tags;"},
     .level = Level::file,
     .check = no_down},
    {.id = "H05",
     .name = "down-is-not-inverse",
     .title = "does not bring back the schema it found",
     .why = "After up and down something is left, missing or different; applying it again fails "
            "or makes something else.",
     .instead = "Complete the down section; `keel migrate rehearse` proves it on a copy.",
     .postgres =
         {.bad = "-- migrate:up\n"
                 "alter table users add column country text, add column city text;\n"
                 "-- migrate:down\n"
                 "alter table users drop column country;",
          .good =
              "-- migrate:up\nalter table users add column country text, add column city text;\n"
              "-- migrate:down\nalter table users drop column city, drop column country;"},
     .sqlite = {.bad = "-- migrate:up\n"
                       "create table tags (id integer primary key);\n"
                       "create table labels (id integer primary key);\n"
                       "-- migrate:down\n"
                       "drop table tags;",
                .good = "-- migrate:up\n"
                        "create table tags (id integer primary key);\n"
                        "create table labels (id integer primary key);\n"
                        "-- migrate:down\n"
                        "drop table labels;\n"
                        "drop table tags;"},
     .level = Level::file,
     .check = not_inverse},
    {.id = "H06",
     .name = "tool-history",
     .title = "writes to the history table of a migration tool",
     .why = "That table says what is applied. A migration that changes it makes its tool run "
            "things twice or never; where the tool is not used any more, the table may not be "
            "there.",
     .instead =
         "Leave it to the tool; `keel migrate adopt` takes over a history without changing it.",
     .postgres = {.bad = "insert into schema_migrations (version) values ('20260101000000');",
                  .good = "insert into labels (name) values ('20260101000000');"},
     .sqlite = {.bad = "delete from goose_db_version where version_id = 7;",
                .good = "delete from notes where id = 7;"},
     .check = foreign_history},
});

}  // namespace

std::span<const Rule> history_rules() {
    return rules;
}

}  // namespace keel::lint
