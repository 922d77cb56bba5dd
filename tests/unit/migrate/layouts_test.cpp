#include <doctest/doctest.h>

#include "engines/postgres/engine.hpp"
#include "engines/sqlite/engine.hpp"
#include "ops/migrate/layouts/flyway_name.hpp"
#include "ops/migrate/layouts/sqitch_plan.hpp"
#include "source_folder.hpp"

namespace keel {
namespace {

using test::SourceFolder;
using test::statements;

std::string text_of(const Migration& migration) {
    return migration.up.empty() ? "" : migration.up.front().text;
}

}  // namespace

TEST_CASE("golang-migrate: numbers in order, down beside up, only an up, only a down") {
    const SourceFolder folder({{"1_init.up.sql", "create table a (id int);"},
                               {"1_init.down.sql", "drop table a;"},
                               {"000010_ten.up.sql", "select 10;"},
                               {"9_nine.up.sql", "select 9;"},
                               {"20_only_down.down.sql", "select 20;"},
                               {"3_.up.sql", "select 3;"},
                               {"notes.sql", "not a migration"},
                               {"9_nine.up.sql.bak", "not a migration"}});
    CHECK(folder.layout() == "golang-migrate");
    CHECK(folder.order() == "1 init, 3, 9 nine, 000010 ten, 20 only_down");
    const auto migrations = folder.read();
    CHECK(migrations[0].has_down());
    CHECK_FALSE(migrations[2].has_down());
    CHECK(migrations[4].up.empty());
    CHECK(migrations[0].file == "migrations/1_init.up.sql");
    CHECK(migrations[0].down.front().file == "migrations/1_init.down.sql");
}

TEST_CASE("golang-migrate: two files for one version and direction are refused") {
    const SourceFolder folder({{"1_a.up.sql", ""}, {"001_b.up.sql", ""}});
    CHECK(folder.failure()->message() ==
          "'migrations/001_b.up.sql' and 'migrations/1_a.up.sql' have the same version 1");
}

TEST_CASE("the checksum is of the up alone where the down is a file of its own") {
    const SourceFolder folder({{"1_a.up.sql", "select 1;"}, {"1_a.down.sql", "select 2;"}});
    const std::string before = folder.read()[0].checksum;
    folder.add("1_a.down.sql", "select 3;");
    CHECK(folder.read()[0].checksum == before);
    folder.add("1_a.up.sql", "select 1; \r\n\r\n");
    CHECK(folder.read()[0].checksum == before);
    folder.add("1_a.up.sql", "select 4;");
    CHECK(folder.read()[0].checksum != before);
}

TEST_CASE("sqlx: files without up and down, and the directive of the first line") {
    const SourceFolder folder(
        {{"20220101_init.sql", "create table a (id int);"},
         {"20220102_index.sql", "-- no-transaction\ncreate index concurrently i on a (id);"},
         {"20220103_pair.up.sql", "select 1;"},
         {"20220103_pair.down.sql", "-- no-transaction\nselect 2;"},
         {"20220104_late.sql", "select 1;\n-- no-transaction\n"},
         {"seed.sql", "not a migration"}});
    CHECK(folder.layout() == "sqlx");
    CHECK(folder.order() == "20220101 init, 20220102 index, 20220103 pair, 20220104 late");
    const auto migrations = folder.read();
    CHECK(migrations[0].up.front().transaction);
    CHECK_FALSE(migrations[1].up.front().transaction);
    CHECK(migrations[2].up.front().transaction);
    CHECK_FALSE(migrations[2].down.front().transaction);
    CHECK(migrations[2].down.front().marker == "-- migrate:down transaction:false");
    CHECK(migrations[3].up.front().transaction);
}

TEST_CASE("flyway: dotted versions in order, undo beside them, repeatables last by name") {
    const SourceFolder folder({{"V1__init.sql", "select 1;"},
                               {"V1_10__ten.sql", "select 110;"},
                               {"V1.9__nine.sql", "select 19;"},
                               {"U1.9__nine.sql", "select -19;"},
                               {"sub/deep/V2__two.sql", "select 2;"},
                               {"R__b_view.sql", "select 'b';"},
                               {"R__a_view.sql", "select 'a';"},
                               {"V3__no_tx.sql", "vacuum;"},
                               {"V3__no_tx.sql.conf", "executeInTransaction=false\n"},
                               {"V4__seed.java", "class V4__seed {}"},
                               {"afterMigrate.sql", "select 0;"},
                               {"readme.txt", ""}});
    CHECK(folder.layout() == "flyway");
    CHECK(folder.order() ==
          "1 init, 1.9 nine, 1.10 ten, 2 two, 3 no_tx, 4 seed, R__a_view, R__b_view");
    const auto migrations = folder.read();
    CHECK(migrations[1].has_down());
    CHECK_FALSE(migrations[0].has_down());
    CHECK(migrations[1].down.front().file == "migrations/U1.9__nine.sql");
    CHECK_FALSE(migrations[4].up.front().transaction);
    CHECK_FALSE(migrations[5].problem.empty());
    CHECK(migrations[6].kind == MigrationKind::repeatable);
}

TEST_CASE("flyway: a name that nearly is one is refused, and so are two of one version") {
    const auto nearly = SourceFolder({{"V1__a.sql", ""}, {"V2_b.sql", ""}}).failure();
    REQUIRE(nearly);
    CHECK(nearly->message() == "'V2_b.sql' is not named as Flyway names migrations");
    const auto twins = SourceFolder({{"V1.0__a.sql", ""}, {"V1__b.sql", ""}}).failure();
    REQUIRE(twins);
    CHECK(twins->message() ==
          "'migrations/V1.0__a.sql' and 'migrations/V1__b.sql' have the same version 1");
    CHECK(flyway_version_key("01.002.0") == "1.2");
    CHECK(flyway_version_key("0.0") == "0");
    CHECK_FALSE(parse_flyway_name("V1a__x.sql"));
    CHECK_FALSE(parse_flyway_name("R__.sql"));
    CHECK(parse_flyway_name("V2.sql")->description.empty());
}

TEST_CASE("diesel: versions lose their dashes, and are compared as text") {
    const SourceFolder folder(
        {{"00000000000000_diesel_initial_setup/up.sql", "select 0;"},
         {"00000000000000_diesel_initial_setup/down.sql", "select 0;"},
         {"2017-09-23-182408_second/up.sql", "select 2;"},
         {"20170309122510_first/up.sql", "select 1;"},
         {"2018-01-01-000000_third/up.sql", "select 3;"},
         {"2018-01-01-000000_third/metadata.toml", "# why\nrun_in_transaction = false # so\n"},
         {".gitkeep", ""}});
    CHECK(folder.layout() == "diesel");
    CHECK(folder.order() ==
          "00000000000000 diesel_initial_setup, 20170309122510 first, 20170923182408 second, "
          "20180101000000 third");
    const auto migrations = folder.read();
    CHECK(migrations[0].has_down());
    CHECK_FALSE(migrations[1].has_down());
    CHECK(migrations[2].up.front().transaction);
    CHECK_FALSE(migrations[3].up.front().transaction);
    folder.add("2019_broken/notes.txt", "");
    CHECK(folder.failure()->message() == "the folder 'migrations/2019_broken' has no up.sql");
}

TEST_CASE("prisma: folders in the order of their names, whatever their numbers are") {
    const SourceFolder folder({{"migration_lock.toml", "provider = \"postgresql\""},
                               {"20210101_b/migration.sql", "select 2;"},
                               {"20210101_a/migration.sql", "select 1;"},
                               {"2020101500_x/migration.sql", "select 0;"},
                               {"20201201000000_y/migration.sql", "select 3;"},
                               {"0_init/migration.sql", "select 4;"},
                               {"baseline/migration.sql", "select 5;"}});
    CHECK(folder.layout() == "prisma");
    CHECK(folder.order() ==
          "0 init, 2020101500 x, 20201201000000 y, 20210101_a, 20210101_b, baseline");
    folder.add("20220101_empty/steps.json", "");
    CHECK(folder.failure()->message() ==
          "the folder 'migrations/20220101_empty' has no migration.sql");
}

TEST_CASE("pop: the file for the engine is preferred, and those for others are not read") {
    SourceFolder folder({{"20200101000000_a.up.sql", "select 'all';"},
                         {"20200101000000_a.down.sql", "select 'down';"},
                         {"20200101000000_a.postgres.up.sql", "select 'pg';"},
                         {"20200101000000_a.sqlite3.up.sql", "select 'lite';"},
                         {"20200102000000_b.mysql.up.sql", "select 'my';"},
                         {"20200103000000_c.postgres.autocommit.up.sql", "vacuum;"},
                         {"20200104000000_d.autocommit.up.sql", "vacuum;"},
                         {"20200105000000_e.up.fizz", "create_table(\"e\")"},
                         {"2019120000000100000_f.up.sql", "select 'f';"},
                         {"notes.sql", ""}});
    CHECK(folder.layout() == "pop");
    folder.folder.engine = EngineKind::postgres;
    CHECK(folder.order() ==
          "2019120000000100000 f, 20200101000000 a, 20200103000000 c, 20200104000000 d, "
          "20200105000000 e");
    const auto migrations = folder.read();
    CHECK(text_of(migrations[1]) == "select 'pg';");
    CHECK(migrations[1].has_down());
    CHECK_FALSE(migrations[2].up.front().transaction);
    CHECK_FALSE(migrations[3].up.front().transaction);
    CHECK(migrations[4].problem.find("fizz") != std::string::npos);
    folder.folder.engine = EngineKind::sqlite;
    CHECK(folder.order() ==
          "2019120000000100000 f, 20200101000000 a, 20200104000000 d, "
          "20200105000000 e");
    CHECK(text_of(folder.read()[1]) == "select 'lite';");
}

TEST_CASE("drizzle: the journal says which files and in which order") {
    const auto engine = sqlite::make_engine();
    const SourceFolder folder(
        {{"meta/_journal.json",
          R"({"version":"7","dialect":"sqlite","entries":[
              {"idx":0,"when":5,"tag":"0000_lazy_hulk","breakpoints":true},
              {"idx":1,"when":3,"tag":"0002_second","breakpoints":true},
              {"idx":2,"when":9,"tag":"0001_third","breakpoints":true},
              {"idx":3,"when":9,"tag":"0001_fourth","breakpoints":true}]})"},
         {"0000_lazy_hulk.sql",
          "CREATE TABLE a (id int)\n--> statement-breakpoint\nCREATE TABLE b (id int);--> "
          "statement-breakpoint\nCREATE TABLE c (id int);"},
         {"0002_second.sql", "select 2;"},
         {"0001_third.sql", "select 3;"},
         {"0001_fourth.sql", "select 4;"},
         {"0009_not_in_journal.sql", "select 9;"}});
    CHECK(folder.layout() == "drizzle");
    CHECK(folder.order() == "0000 lazy_hulk, 0002 second, 0001_third, 0001_fourth");
    const auto migrations = folder.read();
    CHECK(statements(migrations[0], *engine) ==
          "CREATE TABLE a (id int) | CREATE TABLE b (id int) | CREATE TABLE c (id int)");
    CHECK(compile_script(migrations[0], Direction::up, *engine).statements[1].line == 3);
    folder.add("meta/_journal.json", "{}");
    CHECK(folder.failure()->where().file == "migrations/meta/_journal.json");
    folder.add("meta/_journal.json", R"({"entries":[{"tag":"0000_gone"}]})");
    CHECK(folder.failure()->message() ==
          "drizzle's journal names 'migrations/0000_gone.sql', which is not there");
}

TEST_CASE("drizzle: migrations that are folders are read too") {
    const SourceFolder folder({{"20260102_b/migration.sql", "select 2;"},
                               {"20260102_b/snapshot.json", "{}"},
                               {"20260101_a/migration.sql", "select 1;"},
                               {"20260101_a/snapshot.json", "{}"}});
    CHECK(folder.layout() == "drizzle");
    CHECK(folder.order() == "20260101 a, 20260102 b");
}

TEST_CASE("sqitch: the plan is the order, and a reworked change has its older script") {
    const auto engine = postgres::make_engine();
    const SourceFolder folder(
        {{"sqitch.plan",
          "%syntax-version=1.0.0\n%project=shop\n\n"
          "appschema 2026-01-01T00:00:00Z A <a@x.org> # the schema\n"
          "users [appschema] 2026-01-02T00:00:00Z A <a@x.org> # a # b\n"
          "  # a comment\n"
          "functions/add [users] 2026-01-03T00:00:00Z A <a@x.org>\n"
          "@v1.0.0 2026-01-04T00:00:00Z A <a@x.org> # tag\n"
          "@v1.0.1 2026-01-04T00:00:00Z A <a@x.org> # tag\n\n"
          "users [users@v1.0.0] 2026-01-05T00:00:00Z A <a@x.org> # reworked\n"},
         {"deploy/appschema.sql", "-- Deploy\nBEGIN;\ncreate schema app;\nCOMMIT;\n"},
         {"revert/appschema.sql", "BEGIN;\ndrop schema app;\nCOMMIT;\n"},
         {"deploy/users@v1.0.1.sql", "BEGIN;\nselect 'old';\nCOMMIT;\n"},
         {"deploy/users.sql", "BEGIN;\nselect 'new';\nCOMMIT;\n"},
         {"revert/users.sql", "select 'old again';"},
         {"deploy/functions/add.sql", "select 'add';"}});
    CHECK(folder.layout() == "sqitch");
    CHECK(folder.order() == "appschema, users, functions/add, users~2");
    const auto migrations = folder.read();
    CHECK(statements(migrations[0], *engine) == "create schema app");
    CHECK(statements(migrations[0], *engine, Direction::down) == "drop schema app");
    CHECK(statements(migrations[1], *engine) == "select 'old'");
    CHECK_FALSE(migrations[1].has_down());
    CHECK(statements(migrations[3], *engine) == "select 'new'");
    CHECK(migrations[3].has_down());
}

TEST_CASE("sqitch: the configuration says where the scripts are and whether to verify") {
    const auto engine = postgres::make_engine();
    const SourceFolder folder(
        {{"sqitch.conf",
          "[core]\n\tengine = pg\n\ttop_dir = db\n\textension = ddl\n# no\n"
          "[deploy]\n\tverify = true\n[engine \"pg\"]\n\ttarget = db:pg:shop\n"},
         {"db/sqitch.plan", "%project=shop\na 2026-01-01T00:00:00Z A <a@x.org>\n"},
         {"db/deploy/a.ddl", "select 1;"},
         {"db/verify/a.ddl", "BEGIN;\nselect 1 where false;\nROLLBACK;"}});
    CHECK(folder.layout() == "sqitch");
    CHECK(folder.order() == "a");
    const auto migrations = folder.read();
    const Script script = compile_script(migrations[0], Direction::up, *engine);
    REQUIRE(script.verify.size() == 3);
    CHECK(script.verify[0].text == "savepoint keel_verify");
    CHECK(script.verify[2].text == "rollback to savepoint keel_verify");
    CHECK(script.verify_judged_by_errors);
    CHECK(script.locate(script.verify[1]).file == "migrations/db/verify/a.ddl");
    CHECK(script.locate(script.verify[1]).line == 2);
}

TEST_CASE(
    "sqitch: a change without its script, and one that is there twice, name the plan's line") {
    const SourceFolder folder(SourceFolder::Files{{"sqitch.plan", "%project=x\na 2026 A <a>\n"}});
    CHECK(folder.failure()->where().line == 2);
    folder.add("sqitch.plan", "a 2026 A <a>\n\na 2026 A <a>\n");
    CHECK(folder.failure()->where().line == 3);
}

TEST_CASE("plain: any numbered files, programs seen, the same number told apart by name") {
    const SourceFolder folder(
        {{"1_init.sql", "create table a (id int);"},
         {"10-ten.sql", "select 10;"},
         {"9.nine.sql", "select 9;"},
         {"11_a.sql", "select 11;"},
         {"11_b.sql", "select 11;"},
         {"12_script.js", "module.exports = {}"},
         {"13_block.sql", "-- postgres-migrations disable-transaction\nselect 1;"},
         {"14.do.act.sql", "select 14;"},
         {"14.undo.act.sql", "select -14;"},
         {"index.js", ""}});
    CHECK(folder.layout() == "plain");
    CHECK(folder.order() == "1 init, 9 nine, 10 ten, 11_a, 11_b, 12 script, 13 block, 14 act");
    const auto migrations = folder.read();
    CHECK_FALSE(migrations[5].problem.empty());
    CHECK_FALSE(migrations[6].up.front().transaction);
    CHECK(text_of(migrations[7]) == "select 14;");
    CHECK(migrations[7].has_down());
    folder.add("schema.sql", "");
    CHECK(folder.failure("plain")->message() == "'schema.sql' does not begin with a version");
}

TEST_CASE("auto keeps to the marks in the files where names leave it open") {
    CHECK(SourceFolder(SourceFolder::Files{{"1_a.sql", "-- migrate:up\nselect 1;\n"}}).layout() ==
          "keel");
    CHECK(SourceFolder(SourceFolder::Files{{"1_a.sql", "-- +goose Up\nselect 1;\n"}}).layout() ==
          "goose");
    CHECK(SourceFolder(SourceFolder::Files{{"1_a.sql", "select 1;\n"}}).layout() == "plain");
    CHECK(SourceFolder(SourceFolder::Files{{"1_a.up.sql", "-- no-transaction\n"}}).layout() ==
          "sqlx");
    CHECK(SourceFolder(SourceFolder::Files{{"README.md", ""}}).layout() == "keel");
    CHECK(SourceFolder(SourceFolder::Files{{"1_a.go", ""}}).layout() == "goose");
    CHECK(SourceFolder({{"1_a.up.sql", ""}, {"2_b.sql", ""}}).layout() == "sqlx");
    CHECK(SourceFolder(SourceFolder::Files{{"V1__a.sql", ""}}).layout() == "flyway");
}

TEST_CASE("a new migration is made in the layout's own form") {
    const auto made = [](std::string_view layout) {
        const SourceFolder folder(SourceFolder::Files{});
        std::string names;
        for (const NewFile& file : migration_layout(layout, folder.folder).new_files("7", "x"))
            names += file.path.native() + " ";
        create_migration(migration_layout(layout, folder.folder), folder.folder, "7", "x");
        CHECK(folder.order(layout) == "7 x");
        return names;
    };
    CHECK(made("keel") == "7_x.sql ");
    CHECK(made("goose") == "7_x.sql ");
    CHECK(made("golang-migrate") == "7_x.up.sql 7_x.down.sql ");
    CHECK(made("flyway") == "V7__x.sql U7__x.sql ");
    CHECK(made("diesel") == "7_x/up.sql 7_x/down.sql ");
    CHECK(made("prisma") == "7_x/migration.sql ");
    CHECK(made("sqlx") == "7_x.up.sql 7_x.down.sql ");
    CHECK(made("pop") == "7_x.up.sql 7_x.down.sql ");
    CHECK(made("plain") == "7_x.sql ");
    const SourceFolder folder(SourceFolder::Files{});
    CHECK_THROWS_AS(migration_layout("drizzle", folder.folder).new_files("7", "x"), Error);
    CHECK_THROWS_AS(migration_layout("sqitch", folder.folder).new_files("7", "x"), Error);
}

}  // namespace keel
