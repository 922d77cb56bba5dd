#include <doctest/doctest.h>

#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::went_well;
using test::World;

std::string table_migration(const std::string& name) {
    return "-- migrate:up\ncreate table " + name + " (id int);\n-- migrate:down\ndrop table " +
           name + ";\n";
}

void apply_three(World& world) {
    world.file("1_a.sql", table_migration("a"));
    world.file("2_b.sql", table_migration("b"));
    world.file("3_c.sql", table_migration("c"));
    REQUIRE(went_well(world.run("migrate up")));
}

}  // namespace

TEST_CASE("down undoes the newest, after a safety backup, and it is pending again") {
    test::for_each_engine([](World& world) {
        apply_three(world);

        const Report report = world.run("migrate down");

        REQUIRE(went_well(report));
        CHECK(listed(report.result.at("reverted"), "version") == "3");
        CHECK(report.result.at("backup").as_string() == "backup-1");
        CHECK(report.result.at("current").as_string() == "2");
        CHECK_FALSE(world.has_table("c"));
        CHECK(world.history() == "1 applied, 2 applied, 3 applied, 3 reverted");
        CHECK(listed(world.run("migrate up").result.at("applied"), "version") == "3");
        CHECK(world.has_table("c"));
    });
}

TEST_CASE("down undoes so many, or down to a version that stays, or everything") {
    test::for_each_engine([](World& world) {
        apply_three(world);
        CHECK(listed(world.run("migrate down", {{"count", "2"}}).result.at("reverted"),
                     "version") == "3 2");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(listed(world.run("migrate down", {{"to", "2"}}).result.at("reverted"), "version") ==
              "3");
        const Report all = world.run("migrate down", {{"to", "0"}});
        CHECK(listed(all.result.at("reverted"), "version") == "2 1");
        CHECK(all.result.at("current").is_null());
        CHECK(world.run("migrate down").result.at("reverted").as_array().empty());
    });
}

TEST_CASE("a target that is not applied is refused before anything is undone") {
    test::for_each_engine([](World& world) {
        apply_three(world);

        CHECK(world.run("migrate down", {{"to", "7"}}).error->kind() == ErrorKind::not_found);
        CHECK(world.run("migrate down", {{"count", "4"}}).exit_status() == 2);
        CHECK(world.run("migrate down", {{"count", "0"}}).exit_status() == 2);
        CHECK(world.run("migrate down", {{"count", "1"}, {"to", "1"}}).exit_status() == 2);
        CHECK(world.backups.count == 0);
        CHECK(world.has_table("c"));
    });
}

TEST_CASE("a migration without down stops down before anything is undone") {
    test::for_each_engine([](World& world) {
        world.file("1_a.sql", "-- migrate:up\ncreate table a (id int);\n");
        world.file("2_b.sql", table_migration("b"));
        REQUIRE(went_well(world.run("migrate up")));

        const Report report = world.run("migrate down", {{"count", "2"}});

        REQUIRE_FALSE(report.ok());
        CHECK(holds(report.error->message(), "1_a"));
        CHECK(report.error->where().file == "migrations/1_a.sql");
        CHECK(world.has_table("b"));
        CHECK(world.backups.count == 0);
    });
}

TEST_CASE("down runs what was the down section when the migration was applied") {
    test::for_each_engine([](World& world) {
        apply_three(world);
        world.remove_file("3_c.sql");
        world.file("2_b.sql",
                   "-- migrate:up\ncreate table b (id int);\n-- migrate:down\nnonsense;\n");

        const Report report = world.run("migrate down", {{"count", "2"}});

        REQUIRE(went_well(report));
        CHECK_FALSE(world.has_table("c"));
        CHECK_FALSE(world.has_table("b"));
        REQUIRE(report.warnings.size() == 2);
        CHECK(holds(report.warnings[0], "its file is gone"));
        CHECK(holds(report.warnings[1], "edited since"));
    });
}

TEST_CASE("a down section that was written later is used, and told of") {
    test::for_each_engine([](World& world) {
        world.file("1_a.sql", "-- migrate:up\ncreate table a (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.file("1_a.sql", table_migration("a"));

        const Report report = world.run("migrate down");

        REQUIRE(went_well(report));
        CHECK(report.warnings.size() == 1);
        CHECK_FALSE(world.has_table("a"));
    });
}

TEST_CASE("a failing down leaves its migration applied, and those before it undone") {
    test::for_each_engine([](World& world) {
        world.file(
            "1_a.sql",
            "-- migrate:up\ncreate table a (id int);\n-- migrate:down\ndrop table a;\nnonsense;\n");
        world.file("2_b.sql", table_migration("b"));
        REQUIRE(went_well(world.run("migrate up")));

        const Report report = world.run("migrate down", {{"count", "2"}});

        REQUIRE_FALSE(report.ok());
        CHECK(report.error->where().line == 5);
        CHECK(listed(report.result.at("reverted"), "version") == "2");
        CHECK(world.has_table("a"));
        CHECK(world.history() == "1 applied, 2 applied, 2 reverted");
    });
}

TEST_CASE("redo applies the file as it is now") {
    test::for_each_engine([](World& world) {
        apply_three(world);
        world.file(
            "3_c.sql",
            "-- migrate:up\ncreate table c (id int, name text);\n-- migrate:down\ndrop table c;\n");

        const Report report = world.run("migrate redo");

        REQUIRE(went_well(report));
        CHECK(listed(report.result.at("reverted"), "version") == "3");
        CHECK(listed(report.result.at("applied"), "version") == "3");
        CHECK(report.result.at("current").as_string() == "3");
        CHECK(world.ask("select count(name) from c") == "0");
        CHECK(world.run("migrate status").result.at("changed").as_array().empty());
    });
}

TEST_CASE("redo needs the file, and nothing applied is nothing to do") {
    test::for_each_engine([](World& world) {
        CHECK(went_well(world.run("migrate redo")));
        apply_three(world);
        world.remove_file("3_c.sql");

        const Report report = world.run("migrate redo");

        REQUIRE_FALSE(report.ok());
        CHECK(report.error->kind() == ErrorKind::not_found);
        CHECK(world.has_table("c"));
    });
}

TEST_CASE("a migration that did nothing on this engine is undone by doing nothing") {
    test::for_each_engine([](World& world) {
        const std::string other = world.kind() == EngineKind::sqlite ? "postgres" : "sqlite";
        world.file("1_a.sql", "-- migrate:up engine:" + other +
                                  "\nnonsense;\n-- migrate:down engine:" + other + "\nnonsense;\n");
        REQUIRE(went_well(world.run("migrate up")));

        CHECK(went_well(world.run("migrate down")));
        CHECK(world.history() == "1 applied, 1 reverted");
    });
}

}  // namespace keel
