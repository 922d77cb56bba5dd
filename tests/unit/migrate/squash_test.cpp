#include <doctest/doctest.h>

#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::World;

std::string status(World& world) {
    const Report report = world.run("migrate status");
    REQUIRE_MESSAGE(report.ok(), report.error->message());
    CHECK(report.result.at("changed").as_array().empty());
    CHECK(report.result.at("missing").as_array().empty());
    return listed(report.result.at("applied"), "version") + " | " +
           listed(report.result.at("pending"), "version");
}

void add_files(const World& world) {
    world.file("1_a.sql", "-- migrate:up\ncreate table a (id int)\n-- migrate:down\ndrop table a;");
    world.file(
        "2_b.sql",
        "-- migrate:up\nalter table a add column name text;\ninsert into a values (1, 'x');\n"
        "-- migrate:down\ndelete from a;\nalter table a drop column name;\n");
    world.file("3_c.sql",
               "-- migrate:up\ncreate table c (id int);\n-- migrate:down\ndrop table c;");
}

bool has_file(const World& world, const std::string& name) {
    return std::filesystem::exists(world.folder() / name);
}

}  // namespace

TEST_CASE("squash joins files into one that a new database is made from, and undone with") {
    test::for_each_engine([](World& world) {
        add_files(world);
        const Report dry = world.dry_run("migrate squash", {{"to", "2"}});
        REQUIRE_MESSAGE(dry.ok(), dry.error->message());
        CHECK(has_file(world, "1_a.sql"));
        const Report report = world.run("migrate squash", {{"to", "2"}});
        REQUIRE_MESSAGE(report.ok(), report.error->message());
        CHECK(report.result.at("file").as_string() == "migrations/2_squashed.sql");
        CHECK(report.result.at("replaced").as_array().size() == 2);
        CHECK_FALSE(has_file(world, "1_a.sql"));
        CHECK_FALSE(has_file(world, "2_b.sql"));
        CHECK(has_file(world, "../.keel/squashed/2/1_a.sql"));

        CHECK(world.run("migrate up").ok());
        CHECK(status(world) == "2 3 | ");
        CHECK(world.ask("select name from a") == "x");
        const Report down = world.run("migrate down", {{"to", "0"}});
        REQUIRE_MESSAGE(down.ok(), down.error->message());
        CHECK_FALSE(world.has_table("a"));
    });
}

TEST_CASE("a database that has the joined migrations goes on as it is") {
    test::for_each_engine([](World& world) {
        add_files(world);
        REQUIRE(world.run("migrate up", {{"to", "2"}}).ok());
        REQUIRE(world.run("migrate squash", {{"to", "2"}}).ok());
        CHECK(status(world) == "1 2 | 3");
        const Report up = world.run("migrate up");
        REQUIRE_MESSAGE(up.ok(), up.error->message());
        CHECK(up.warnings.empty());
        CHECK(status(world) == "1 2 3 | ");
        REQUIRE(world.run("migrate squash").ok());
        CHECK(status(world) == "1 2 3 | ");
        CHECK(world.run("migrate squash").result.at("replaced").as_array().empty());
    });
}

TEST_CASE("a database that has some of the joined migrations is told to bring the rest first") {
    test::for_each_engine([](World& world) {
        add_files(world);
        REQUIRE(world.run("migrate up", {{"to", "1"}}).ok());
        REQUIRE(world.run("migrate squash", {{"to", "2"}}).ok());
        const Report up = world.run("migrate up");
        REQUIRE(up.error);
        CHECK(up.error->message() ==
              "'migrations/2_squashed.sql' stands for 1 and 2, and of these only 1 is applied");
        CHECK(world.history() == "1 applied");
    });
}

TEST_CASE("squash refuses what cannot be joined, and leaves the files as they are") {
    test::for_each_engine([](World& world) {
        add_files(world);
        world.file("4_d.sql", "-- migrate:up transaction:false probe:select 1\nvacuum;\n");
        const Report report = world.run("migrate squash");
        REQUIRE(report.error);
        CHECK(holds(report.error->message(), "4_d.sql' cannot be joined"));
        world.file("4_d.sql", "-- migrate:up\ninsert into nowhere values (1);\n");
        const Report failing = world.run("migrate squash");
        REQUIRE(failing.error);
        CHECK(failing.error->where().file == "migrations/4_d.sql");
        CHECK(has_file(world, "1_a.sql"));
        CHECK(world.run("migrate squash", {{"to", "9"}}).error->kind() == ErrorKind::not_found);
    });
}

TEST_CASE("squash joins sections for one engine and files without a transaction") {
    test::for_each_engine([](World& world) {
        world.file("1_a.sql",
                   "-- migrate:up\ncreate table a (id integer primary key, n int);\n"
                   "insert into a values (1, 1), (2, 2), (3, 3);\n"
                   "-- migrate:up engine:postgres\ncreate table p (id int);\n"
                   "-- migrate:up engine:sqlite\ncreate table s (id int);\n"
                   "-- migrate:down\ndrop table a;\n");
        world.file(
            "2_b.sql",
            "-- migrate:up engine:postgres transaction:false\n"
            "create index concurrently a_n on a (n);\n"
            "-- migrate:up engine:sqlite transaction:false\ncreate index a_n on a (n);\nvacuum;\n"
            "-- migrate:down\ndrop index a_n;\n");
        world.file("3_c.sql",
                   "-- migrate:up\n-- keel:backfill table=a batch=2\n"
                   "update a set n = n + 1 where :batch;\n-- migrate:down\nselect 1;\n");

        const Report report = world.run("migrate squash");

        REQUIRE_MESSAGE(report.ok(), report.error->message());
        REQUIRE(report.warnings.size() == 1);
        CHECK(holds(report.warnings[0], "sections for both engines"));
        const Report up = world.run("migrate up");
        REQUIRE_MESSAGE(up.ok(), up.error->message());
        const bool is_postgres = world.kind() == EngineKind::postgres;
        CHECK(world.has_table(is_postgres ? "p" : "s"));
        CHECK_FALSE(world.has_table(is_postgres ? "s" : "p"));
        CHECK(world.ask("select sum(n) from a") == "9");
        CHECK(status(world) == "3 | ");
    });
    test::for_each_engine([](World& world) {
        world.file("1_a.sql", "-- +goose Up\ncreate table a (id int);\n");
        world.file("2_b.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nvacuum;\n");
        const Report report = world.run("migrate squash");
        REQUIRE_MESSAGE(report.ok(), report.error->message());
        CHECK(world.run("migrate up").ok());
        CHECK(status(world) == "2 | ");
    });
}

TEST_CASE("squash writes the layout's own form") {
    test::for_each_engine([](World& world) {
        world.file("1_a.up.sql", "create table a (id int)");
        world.file("1_a.down.sql", "drop table a");
        world.file("2_b.up.sql", "create table b (id int)");
        world.file("2_b.down.sql", "drop table b");
        REQUIRE(world.run("migrate up").ok());
        const Report report = world.run("migrate squash");
        REQUIRE_MESSAGE(report.ok(), report.error->message());
        CHECK(has_file(world, "2_squashed.up.sql"));
        CHECK(has_file(world, "2_squashed.down.sql"));
        CHECK_FALSE(has_file(world, "1_a.down.sql"));
        CHECK(status(world) == "1 2 | ");
    });
}

}  // namespace keel
