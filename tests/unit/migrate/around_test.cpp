#include <doctest/doctest.h>

#include "base/file.hpp"
#include "ops/migrate/placeholders.hpp"
#include "source_folder.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::SourceFolder;
using test::World;

std::string applied(const Report& report) {
    REQUIRE_MESSAGE(report.ok(), report.error->message());
    return listed(report.result.at("applied"), "version");
}

Migration filled(const std::string& text, const Placeholders& placeholders,
                 bool wants_all = false) {
    Migration migration;
    migration.file = "1_a.sql";
    migration.has_placeholders = wants_all;
    migration.up.push_back({.text = text});
    std::vector<Migration> migrations{migration};
    fill_placeholders(migrations, placeholders);
    return migrations.front();
}

std::string text_of(const Migration& migration) {
    return migration.up.front().text;
}

}  // namespace

TEST_CASE("a migration that is skipped is recorded, and nothing of it is run or undone") {
    test::for_each_engine([](World& world) {
        world.file("1_a.sql",
                   "-- +goose Up\ncreate table a (id int);\n-- +goose Down\ndrop table a;");
        world.file("2_b.go", "package migrations\n");
        world.file("3_c.sql", "-- +goose Up\nnonsense;\n-- +goose Down\nnonsense;\n");
        const Report report = world.run("migrate up", {{"skip", "00002"}, {"skip", "3_c.sql"}});
        CHECK(applied(report) == "1 2 3");
        CHECK(report.warnings.size() == 2);
        CHECK(holds(report.warnings[0], "2_b is recorded as skipped"));
        CHECK(world.history() == "1 applied, 2 skipped, 3 skipped");
        CHECK(applied(world.run("migrate up")).empty());
        CHECK(world.run("migrate status").result.at("changed").as_array().empty());
        const Report down = world.run("migrate down", {{"to", "0"}});
        REQUIRE_MESSAGE(down.ok(), down.error->message());
        CHECK_FALSE(world.has_table("a"));
        const Report unknown = world.run("migrate up", {{"skip", "7"}});
        REQUIRE(unknown.error);
        CHECK(unknown.error->kind() == ErrorKind::not_found);
    });
}

TEST_CASE("a migration that writes to its tool's own table finds it with the tool's columns") {
    test::for_each_engine([](World& world) {
        world.file("1_a.up.sql", "create table a (id int);");
        world.file("2_b.up.sql", "delete from schema_migrations where version < 2;");
        world.file("3_c.up.sql", "insert into a values (1);\ninsert into nowhere values (1);");
        const Report report = world.run("migrate up");
        REQUIRE(report.error);
        CHECK(report.error->where().file == "migrations/3_c.up.sql");
        CHECK(report.error->where().line == 2);
        CHECK(world.ask("select count(*) from schema_migrations where dirty") == "0");
    });
    test::for_each_engine([](World& world) {
        world.file("1_a.up.sql", "create table old_schema_migrations (id int);");
        CHECK(applied(world.run("migrate up")) == "1");
        CHECK_FALSE(world.has_table("schema_migrations"));
        world.file("2_b.up.sql", "create table schema_migrations (id int);");
        CHECK(applied(world.run("migrate up")) == "2");
        CHECK(world.run("migrate status").result.at("changed").as_array().empty());
    });
}

TEST_CASE("placeholders: declared names are replaced, others are let be but for Flyway's files") {
    const Placeholders placeholders{.values = {{"owner", "anna"}, {"a.b", "c"}}};
    CHECK(text_of(filled("${owner} ${a.b} ${none} ${} ${ owner} $owner", placeholders)) ==
          "anna c ${none} ${} ${ owner} $owner");
    CHECK(filled("${none}", placeholders).problem.empty());
    const Migration unknown = filled("select 1;\nselect ${none};", placeholders, true);
    CHECK(unknown.problem == "1_a.sql:2: the placeholder 'none' has no value");
    CHECK(text_of(filled("${flyway:filename}", placeholders, true)) == "1_a.sql");
    const Placeholders percent{.values = {{"NAME", "x"}}, .form = "$%name%$"};
    CHECK(text_of(filled("a $%NAME%$ b $%OTHER%$", percent)) == "a x b $%OTHER%$");
    CHECK_FALSE(Placeholders{.form = "name"}.is_form_valid());
}

TEST_CASE("placeholders: a template that nobody filled is told of, but not in strings or bodies") {
    const Placeholders none;
    CHECK(holds(filled("create table {{ .Schema }}.t (id int);", none).problem,
                "1_a.sql:1: '{{ .Schema }}.t (id int);' is for a template engine"));
    for (const std::string text :
         {"select '{{ user.name }}';", "-- {{ .X }}\nselect 1;", "select '{{1,2}}'::int[][];",
          "select $$ {{ .X }} $$;", "/* {{ x }} */ select 1;", "select 'it''s {{ x }}';",
          "select $a$ '{{ x }} $a$;"})
        CHECK_MESSAGE(filled(text, none).problem.empty(), text);
    const Placeholders moustache{.values = {{".Schema", "app"}}, .form = "{{ name }}"};
    const Migration whole = filled("create table {{ .Schema }}.t (id int);", moustache);
    CHECK(text_of(whole) == "create table app.t (id int);");
    CHECK(whole.problem.empty());
}

TEST_CASE("placeholders: values of keel.toml, and Flyway's files that lack one, on a database") {
    test::for_each_engine([](World& world) {
        world.configure("[migrations.placeholders]\nname = \"words\"\n");
        world.file("V1__a.sql", "create table ${name} (id int);");
        CHECK(applied(world.run("migrate up")) == "1");
        CHECK(world.has_table("words"));
        world.file("V2__b.sql", "create table ${other} (id int);");
        const Report report = world.run("migrate up");
        REQUIRE(report.error);
        CHECK(holds(report.error->message(), "V2__b.sql:1: the placeholder 'other'"));
        world.file("V2__b.sql.conf", "placeholderReplacement=false\n");
        CHECK(holds(world.run("migrate up").error->message(), "$"));
    });
}

TEST_CASE("hooks run around each in its transaction, and around all") {
    test::for_each_engine([](World& world) {
        world.configure(
            "[migrations.hooks]\nbefore_all = [\"hooks/first.sql\"]\n"
            "before_each = [\"hooks/before.sql\"]\nafter_each = [\"hooks/after.sql\"]\n"
            "after_all = [\"hooks/last.sql\", \"hooks/tell word\"]\n");
        world.file("../hooks/first.sql", "create table log (word text);\n");
        world.file("../hooks/before.sql", "insert into log values ('before');\n");
        world.file("../hooks/after.sql", "insert into log values ('after');\n");
        world.file("../hooks/last.sql", "insert into log values ('last');\n");
        world.file("../hooks/tell",
                   "#!/bin/sh\necho \"$1 $KEEL_ENVIRONMENT\" > \"$KEEL_PROJECT/told\"\n");
        std::filesystem::permissions(world.folder() / "../hooks/tell",
                                     std::filesystem::perms::owner_all);
        world.file("1_a.sql", "-- migrate:up\ninsert into log values ('a');\n");
        world.file("2_b.sql", "-- migrate:up\nnonsense;\n");
        CHECK(applied(world.run("migrate up", {{"to", "1"}})) == "1");
        CHECK(world.ask("select count(*) from log") == "4");

        world.file("../hooks/first.sql", "select 1;\n");
        const Report failed = world.run("migrate up");
        REQUIRE(failed.error);
        CHECK(failed.error->where().file == "migrations/2_b.sql");
        CHECK(world.ask("select count(*) from log") == "4");

        world.file("../hooks/after.sql", "insert into nowhere values ('after');\n");
        world.file("2_b.sql", "-- migrate:up\ninsert into log values ('b');\n");
        const Report hook = world.run("migrate up");
        REQUIRE(hook.error);
        CHECK(hook.error->where().file == "hooks/after.sql");
        CHECK(world.ask("select count(*) from log") == "4");

        world.file("../hooks/after.sql", "select 1;\n");
        world.file("../hooks/tell", "#!/bin/sh\necho no >&2\nexit 3\n");
        std::filesystem::permissions(world.folder() / "../hooks/tell",
                                     std::filesystem::perms::owner_all);
        const Report command = world.run("migrate up");
        REQUIRE(command.error);
        CHECK(holds(command.error->message(), "ended with status 3: no"));
        CHECK(world.run("migrate status").result.at("pending").as_array().empty());
    });
}

TEST_CASE("hooks of their own run around what is undone, and around both sides of a redo") {
    test::for_each_engine([](World& world) {
        world.configure(
            "[migrations.hooks]\nbefore_each = [\"hooks/up.sql\"]\n"
            "before_down = [\"hooks/first.sql\"]\nbefore_each_down = [\"hooks/before.sql\"]\n"
            "after_each_down = [\"hooks/after.sql\"]\n"
            "after_down = [\"hooks/last.sql\", \"hooks/tell\"]\n");
        world.execute("create table log (word text)");
        for (const std::string word : {"up", "first", "before", "after", "last"})
            world.file("../hooks/" + word + ".sql", "insert into log values ('" + word + "');\n");
        world.file("../hooks/tell",
                   "#!/bin/sh\necho \"$KEEL_DIRECTION\" > \"$KEEL_PROJECT/told\"\n");
        std::filesystem::permissions(world.folder() / "../hooks/tell",
                                     std::filesystem::perms::owner_all);
        world.file("1_a.sql",
                   "-- migrate:up\ncreate table a (id int);\n-- migrate:down\n"
                   "insert into log values ('-a');\ndrop table a;\n");
        REQUIRE(world.run("migrate up").ok());
        const auto words = [&world] {
            std::string text;
            for (const auto& row : world.connect()->query_rows("select word from log"))
                text += (text.empty() ? "" : " ") + row[0];
            world.execute("delete from log");
            return text;
        };
        CHECK(words() == "up");
        const Report down = world.run("migrate down");
        REQUIRE_MESSAGE(down.ok(), down.error->message());
        CHECK(words() == "first before -a after last");
        CHECK(read_file(world.folder() / "../told") == "down\n");
        REQUIRE(world.run("migrate up").ok());
        REQUIRE(world.run("migrate redo").ok());
        CHECK(words() == "up first before -a after last up");
        REQUIRE(world.run("migrate goto", {{"version", "0"}}).ok());
        CHECK(words() == "first before -a after last");

        REQUIRE(world.run("migrate up").ok());
        world.file("../hooks/after.sql", "insert into nowhere values (1);\n");
        const Report failed = world.run("migrate down");
        REQUIRE(failed.error);
        CHECK(failed.error->where().file == "hooks/after.sql");
        CHECK(world.has_table("a"));
    });
}

TEST_CASE("hooks: Flyway's callbacks are found among the files") {
    test::for_each_engine([](World& world) {
        world.file("beforeMigrate.sql", "create table log (word text);");
        world.file("beforeEachMigrate__x.sql", "insert into log values ('before');");
        world.file("afterMigrate.sql", "insert into log values ('last');");
        world.file("V1__a.sql", "insert into log values ('a');");
        world.file("V2__a.sql", "insert into log values ('a');");
        CHECK(applied(world.run("migrate up")) == "1 2");
        CHECK(world.ask("select count(*) from log") == "5");
    });
}

}  // namespace keel
