#include <doctest/doctest.h>

#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::World;

std::string applied(const Report& report) {
    REQUIRE_MESSAGE(report.ok(), report.error->message());
    return listed(report.result.at("applied"), "version");
}

std::string reverted(const Report& report) {
    REQUIRE_MESSAGE(report.ok(), report.error->message());
    return listed(report.result.at("reverted"), "version");
}

}  // namespace

TEST_CASE("golang-migrate: a project goes up and down") {
    test::for_each_engine([](World& world) {
        world.file("1_a.up.sql", "create table a (id int);");
        world.file("1_a.down.sql", "drop table a;");
        world.file("2_b.up.sql", "BEGIN;\ncreate table b (id int);\nCOMMIT;\n");
        world.file("2_b.down.sql", "begin transaction;\ndrop table b;\nend;\n");
        world.file("10_c.up.sql", "insert into b values (1);");
        world.file("10_c.down.sql", "delete from nowhere;");

        CHECK(applied(world.run("migrate up")) == "1 2 10");
        const Report failed = world.run("migrate down");
        REQUIRE(failed.error);
        CHECK(failed.error->where().file == "migrations/10_c.down.sql");
        world.file("10_c.down.sql", "delete from b;");
        const Report edited = world.run("migrate down");
        CHECK(holds(edited.error->message(), "nowhere"));  // as it was recorded
        CHECK(world.run("migrate status").result.at("changed").as_array().empty());
    });
}

TEST_CASE("flyway: repeatables run again when they change, and a target leaves them out") {
    test::for_each_engine([](World& world) {
        world.file("V1__t.sql", "create table t (id int);");
        world.file("U1__t.sql", "drop table t;");
        world.file("V2__u.sql", "create table u (id int);");
        world.file("R__count.sql", "insert into t values (1);");

        CHECK(applied(world.run("migrate up", {{"to", "1"}})) == "1");
        CHECK(applied(world.run("migrate up")) == "2 R__count");
        CHECK(world.run("migrate status").result.at("current").as_string() == "2");
        CHECK(applied(world.run("migrate up")).empty());
        world.file("R__count.sql", "insert into t values (2);  \r\n");
        CHECK(world.run("migrate status").result.at("changed").as_array().empty());
        CHECK(applied(world.run("migrate up")) == "R__count");
        CHECK(world.ask("select sum(id) from t") == "3");
        const Report report = world.run("migrate down");
        CHECK(holds(report.error->message(), "2_u cannot be undone"));
    });
}

TEST_CASE("flyway: a baseline migration takes the place of those before it, in an empty database") {
    test::for_each_engine([](World& world) {
        world.file("V1__a.sql", "create table a (id int);");
        world.file("V2__b.sql", "create table b (id int);");
        world.file("B2__all.sql", "create table a (id int);\ncreate table b (id int);");
        world.file("V3__c.sql", "create table c (id int);");
        CHECK(applied(world.run("migrate up")) == "B2 3");
        CHECK(world.run("migrate status").result.at("pending").as_array().empty());
    });
}

TEST_CASE("flyway: a baseline migration is passed over where others are applied") {
    test::for_each_engine([](World& world) {
        world.file("V1__a.sql", "create table a (id int);");
        CHECK(applied(world.run("migrate up")) == "1");
        world.file("V2__b.sql", "create table b (id int);");
        world.file("B2__all.sql", "create table a (id int);\ncreate table b (id int);");
        CHECK(applied(world.run("migrate up")) == "2");
    });
}

TEST_CASE("diesel, prisma, sqlx and plain: projects are applied in their own order") {
    SUBCASE("diesel") {
        test::for_each_engine([](World& world) {
            world.file("2017-09-23-182408_b/up.sql", "insert into a values (1);");
            world.file("2017-09-23-182408_b/down.sql", "delete from a;");
            world.file("20170309122510_a/up.sql", "create table a (id int);");
            world.file("20170309122510_a/down.sql", "drop table a;");
            CHECK(applied(world.run("migrate up")) == "20170309122510 20170923182408");
            CHECK(reverted(world.run("migrate down", {{"to", "0"}})) ==
                  "20170923182408 20170309122510");
        });
    }
    SUBCASE("prisma") {
        test::for_each_engine([](World& world) {
            world.file("20210101_b/migration.sql", "insert into a values (2);");
            world.file("20210101_a/migration.sql", "insert into a values (1);");
            world.file("2020120112_x/migration.sql", "create table a (id int);");
            CHECK(applied(world.run("migrate up")) == "2020120112 20210101_a 20210101_b");
            CHECK(world.run("migrate status").result.at("current").as_string() == "20210101_b");
        });
    }
    SUBCASE("a prisma folder that comes to share its date keeps its line of history") {
        test::for_each_engine([](World& world) {
            world.file("20210101_a/migration.sql", "create table a (id int);");
            CHECK(applied(world.run("migrate up")) == "20210101");
            world.file("20210101_b/migration.sql", "insert into a values (2);");
            CHECK(applied(world.run("migrate up")) == "20210101_b");
            CHECK(world.run("migrate status").result.at("missing").as_array().empty());
        });
    }
    SUBCASE("sqlx") {
        test::for_each_engine([](World& world) {
            world.file("2_b.sql", "insert into a values (1);");
            world.file("1_a.up.sql", "create table a (id int);");
            world.file("1_a.down.sql", "drop table a;");
            CHECK(applied(world.run("migrate up")) == "1 2");
        });
    }
    SUBCASE("plain") {
        test::for_each_engine([](World& world) {
            world.file("10_b.sql", "begin;\ninsert into a values (1);\ncommit;");
            world.file("9_a.sql", "create table a (id int);");
            CHECK(applied(world.run("migrate up")) == "9 10");
        });
    }
}

TEST_CASE("pop: each engine gets its own files") {
    test::for_each_engine([](World& world) {
        world.file("1_a.up.sql", "create table a (id int);");
        world.file("2_b.postgres.up.sql", "insert into a values (15);");
        world.file("2_b.sqlite3.up.sql", "insert into a values (3);");
        world.file("3_c.mysql.up.sql", "nonsense");
        CHECK(applied(world.run("migrate up")) == "1 2");
        CHECK(world.ask("select id from a") == (world.kind() == EngineKind::sqlite ? "3" : "15"));
    });
}

TEST_CASE("drizzle: breakpoints end statements, and a file may begin by ending a transaction") {
    test::for_each_engine([](World& world) {
        world.file("meta/_journal.json",
                   R"({"entries":[{"tag":"0000_a","when":1},{"tag":"0001_b","when":2}]})");
        world.file("0000_a.sql",
                   "CREATE TABLE `x` (id int)\n--> statement-breakpoint\nCREATE TABLE y (id int);");
        if (world.kind() == EngineKind::postgres)
            world.file(
                "0000_a.sql",
                "CREATE TABLE x (id int)\n--> statement-breakpoint\nCREATE TABLE y (id int)");
        world.file("0001_b.sql",
                   "COMMIT TRANSACTION;\n--> statement-breakpoint\n"
                   "BEGIN TRANSACTION;--> statement-breakpoint\n"
                   "insert into x values (1);");
        CHECK(applied(world.run("migrate up")) == "0000 0001");
        CHECK(world.ask("select count(*) from x") == "1");
    });
}

TEST_CASE("drizzle and prisma: a table of SQLite that is rebuilt keeps its children") {
    const std::string rebuild =
        "CREATE TABLE __new_p (id integer primary key, name text);\n--> statement-breakpoint\n"
        "INSERT INTO __new_p (id) SELECT id FROM p;--> statement-breakpoint\nDROP TABLE p;"
        "--> statement-breakpoint\nALTER TABLE __new_p RENAME TO p;\n";
    const std::string tables =
        "CREATE TABLE p (id integer primary key);\nCREATE TABLE c (p integer references p (id) on "
        "delete cascade);\nINSERT INTO p VALUES (1);\nINSERT INTO c VALUES (1);\n";
    for (const std::string& around :
         {std::string("COMMIT TRANSACTION;--> statement-breakpoint\nPRAGMA foreign_keys=OFF;-->"
                      " statement-breakpoint\nBEGIN TRANSACTION;\n"),
          std::string("PRAGMA foreign_keys=OFF;\n")}) {
        World world(EngineKind::sqlite);
        world.file("meta/_journal.json", R"({"entries":[{"tag":"0_a"},{"tag":"1_b"}]})");
        world.file("0_a.sql", tables);
        world.file("1_b.sql", around + rebuild + "PRAGMA foreign_keys=ON;\n");
        CHECK(applied(world.run("migrate up")) == "0 1");
        CHECK(world.ask("select count(*) from c") == "1");
        CHECK(world.ask("select count(*) from pragma_foreign_key_check") == "0");
    }
}

TEST_CASE("sqitch: a plan with a reworked change is deployed, verified and reverted") {
    test::for_each_engine([](World& world) {
        world.file("sqitch.conf", "[deploy]\n\tverify = true\n");
        world.file("sqitch.plan",
                   "%project=p\nt 2026-01-01T00:00:00Z A <a@x.org>\nv 2026-01-01T00:00:00Z A "
                   "<a@x.org>\n@one 2026-01-01T00:00:00Z A <a@x.org>\nv [v@one] "
                   "2026-01-01T00:00:00Z A <a@x.org>\n");
        world.file("deploy/t.sql", "BEGIN;\ncreate table t (id int);\nCOMMIT;");
        world.file("revert/t.sql", "BEGIN;\ndrop table t;\nCOMMIT;");
        world.file("verify/t.sql", "BEGIN;\nselect id from t where 1 = 0;\nROLLBACK;");
        world.file("deploy/v@one.sql", "create view v as select 1 as one from t;");
        world.file("revert/v@one.sql", "drop view v;");
        world.file("deploy/v.sql", "drop view v;\ncreate view v as select 2 as one from t;");
        world.file("revert/v.sql", "drop view v;\ncreate view v as select 1 as one from t;");
        CHECK(applied(world.run("migrate up")) == "t v v~2");
        CHECK(reverted(world.run("migrate down", {{"to", "t"}})) == "v~2 v");
        world.file("verify/v.sql", "select nothing from v;");
        const Report report = world.run("migrate up");
        REQUIRE(report.error);
        CHECK(report.error->where().file == "migrations/verify/v.sql");
    });
}

TEST_CASE("a migration that is a program stops up before anything runs, and is named") {
    test::for_each_engine([](World& world) {
        world.file("1_a.sql", "-- +goose Up\ncreate table a (id int);\n");
        world.file("2_b.go", "package migrations\n");
        const Report report = world.run("migrate up");
        REQUIRE(report.error);
        CHECK(report.error->kind() == ErrorKind::unsupported);
        CHECK(report.error->where().file == "migrations/2_b.go");
        CHECK_FALSE(world.has_table("a"));
        CHECK(listed(world.run("migrate status").result.at("pending"), "version") == "1 2");
        CHECK(applied(world.run("migrate up", {{"to", "1"}})) == "1");
    });
}

TEST_CASE("savepoints in a migration stay, and BEGIN means one transaction where none was wanted") {
    test::for_each_engine([](World& world) {
        world.file("1_a.sql",
                   "-- migrate:up transaction:false\nbegin;\ncreate table a (id int);\n"
                   "savepoint s;\ninsert into a values (1);\nrollback to savepoint s;\n"
                   "release savepoint s;\ninsert into a values (2);\ncommit;\n");
        CHECK(applied(world.run("migrate up")) == "1");
        CHECK(world.ask("select sum(id) from a") == "2");
    });
}

}  // namespace keel
