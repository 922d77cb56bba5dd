#include <doctest/doctest.h>

#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::World;

void add_files(const World& world) {
    for (const std::string number : {"1", "2", "3"})
        world.file(number + "_t" + number + ".sql",
                   "-- migrate:up\ncreate table t" + number +
                       " (id int);\n-- migrate:down\ndrop table t" + number + ";\n");
}

std::string current(const Report& report) {
    REQUIRE_MESSAGE(report.ok(), report.error->message());
    const Json& value = report.result.at("current");
    return value.is_null() ? "none" : value.as_string();
}

}  // namespace

TEST_CASE("goto goes up or down to a version, or to the start") {
    test::for_each_engine([](World& world) {
        add_files(world);
        CHECK(current(world.run("migrate goto", {{"version", "2"}})) == "2");
        CHECK(world.has_table("t2"));
        CHECK_FALSE(world.has_table("t3"));
        CHECK(current(world.run("migrate goto", {{"version", "3_t3.sql"}})) == "3");
        const int backups = world.backups.count;
        const Report down = world.run("migrate goto", {{"version", "1"}});
        CHECK(listed(down.result.at("reverted"), "version") == "3 2");
        CHECK(world.backups.count == backups + 1);
        CHECK(current(world.run("migrate goto", {{"version", "1"}})) == "1");
        CHECK(current(world.run("migrate goto", {{"version", "0"}})) == "none");
        CHECK_FALSE(world.has_table("t1"));
        CHECK(world.run("migrate goto", {{"version", "7"}}).error->kind() == ErrorKind::not_found);
    });
}

TEST_CASE("goto undoes what is newer and applies what is missing, in one go") {
    test::for_each_engine([](World& world) {
        add_files(world);
        world.remove_file("2_t2.sql");
        REQUIRE(world.run("migrate up").ok());
        add_files(world);
        const Report report = world.run("migrate goto", {{"version", "2"}});
        CHECK(current(report) == "2");
        CHECK(listed(report.result.at("reverted"), "version") == "3");
        CHECK(listed(report.result.at("applied"), "version") == "2");
        CHECK(world.history() == "1 applied, 3 applied, 3 reverted, 2 applied");
        const Report dry = world.dry_run("migrate goto", {{"version", "3"}});
        CHECK(dry.result.at("plan").as_array().size() == 1);
    });
}

TEST_CASE("baseline records what a database already has, and runs nothing") {
    test::for_each_engine([](World& world) {
        add_files(world);
        world.execute("create table t1 (id int)");
        world.execute("create table t2 (id int)");
        const Report report = world.run("migrate baseline", {{"version", "2"}});
        CHECK(current(report) == "2");
        CHECK(report.warnings.empty());
        CHECK(listed(report.result.at("recorded"), "version") == "1 2");
        CHECK(current(world.run("migrate baseline", {{"version", "2"}})) == "2");
        const Report up = world.run("migrate up");
        CHECK(listed(up.result.at("applied"), "version") == "3");
        CHECK(up.warnings.empty());
        CHECK(current(world.run("migrate down", {{"to", "1"}})) == "1");
        CHECK_FALSE(world.has_table("t2"));
        const Report again = world.run("migrate baseline", {{"version", "3"}});
        REQUIRE(again.error);
        CHECK(again.error->kind() == ErrorKind::already_exists);
    });
}

TEST_CASE("a baseline may be older than all files, and says so when the database is empty") {
    test::for_each_engine([](World& world) {
        world.file("20260101_a.sql", "-- migrate:up\ncreate table a (id int);\n");
        const Report report = world.run("migrate baseline", {{"version", "20251231"}});
        CHECK(current(report) == "20251231");
        CHECK(report.warnings.size() == 1);
        const Report status = world.run("migrate status");
        CHECK(status.result.at("missing").as_array().empty());
        CHECK(listed(status.result.at("pending"), "version") == "20260101");
        CHECK(world.run("migrate up").ok());
        CHECK(world.run("migrate baseline", {{"version", "20270101"}}).error->kind() ==
              ErrorKind::not_found);
    });
}

}  // namespace keel
