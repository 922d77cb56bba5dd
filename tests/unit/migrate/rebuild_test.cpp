#include <doctest/doctest.h>

#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::went_well;
using test::World;

/// Parents 1 and 2, a child of 1 that would be deleted with it.
void make_family(World& world, const std::string& action) {
    world.file(
        "1_family.sql",
        "-- migrate:up\ncreate table parents (id integer primary key);\n"
        "create table children (id integer primary key, parent_id int references parents (id) " +
            action +
            ");\ninsert into parents values (1), (2);\n"
            "insert into children values (10, 1), (11, 1), (12, 2);\n");
    REQUIRE(went_well(world.run("migrate up")));
}

constexpr const char* rebuild =
    "-- migrate:up\ncreate table parents_new (id integer primary key, name text);\n"
    "insert into parents_new (id) select id from parents where id > {};\n"
    "drop table parents;\nalter table parents_new rename to parents;\n";

std::string rebuild_of_ids_above(int id) {
    std::string text = rebuild;
    text.replace(text.find("{}"), 2, std::to_string(id));
    return text;
}

}  // namespace

TEST_CASE("a rebuilt table keeps the rows that refer to it") {
    for (const std::string action : {"", "on delete cascade", "on delete set null"}) {
        World world(EngineKind::sqlite);
        make_family(world, action);
        world.file("2_rebuild.sql", rebuild_of_ids_above(0));

        const Report report = world.run("migrate up");

        REQUIRE(went_well(report));
        CHECK(world.ask("select count(parent_id) from children") == "3");
        CHECK(world.ask("select count(name) from parents") == "0");
    }
}

TEST_CASE("a rebuild that loses a parent is undone, and the children are named") {
    World world(EngineKind::sqlite);
    make_family(world, "on delete cascade");
    world.file("2_rebuild.sql", rebuild_of_ids_above(1));

    const Report report = world.run("migrate up");

    REQUIRE_FALSE(report.ok());
    CHECK(report.error->kind() == ErrorKind::constraint);
    CHECK(holds(report.error->message(), "'children'"));
    CHECK(holds(report.error->message(), "10, 11"));
    CHECK(world.ask("select count(*) from parents") == "2");
    CHECK(world.ask("select count(*) from children") == "3");
    CHECK(world.history() == "1 applied");
}

TEST_CASE("violations that were there before a rebuild do not stop it") {
    World world(EngineKind::sqlite);
    make_family(world, "");
    auto connection = world.connect();
    connection->execute("pragma foreign_keys = off");
    connection->execute("insert into children values (13, 99)");
    connection.reset();
    world.file("2_rebuild.sql", rebuild_of_ids_above(0));

    CHECK(went_well(world.run("migrate up")));
}

TEST_CASE("renaming a table away under its children is refused even when they are empty") {
    World world(EngineKind::sqlite);
    make_family(world, "");
    world.execute("delete from children");
    world.file("2_rebuild.sql",
               "-- migrate:up\nalter table parents rename to parents_old;\n"
               "create table parents (id integer primary key);\n"
               "insert into parents select id from parents_old;\ndrop table parents_old;\n");

    const Report report = world.run("migrate up");

    REQUIRE_FALSE(report.ok());
    CHECK(holds(report.error->message(), "'parents_old'"));
    CHECK(world.ask("select count(*) from parents") == "2");
}

TEST_CASE("a migration that drops no table runs with foreign keys enforced") {
    World world(EngineKind::sqlite);
    make_family(world, "on delete cascade");
    world.file("2_delete.sql", "-- migrate:up\ndelete from parents where id = 1;\n");
    REQUIRE(went_well(world.run("migrate up")));
    CHECK(world.ask("select count(*) from children") == "1");

    world.file("3_bad.sql", "-- migrate:up\ninsert into children values (20, 99);\n");
    CHECK_FALSE(world.run("migrate up").ok());
}

TEST_CASE("foreign keys are enforced again after a migration that drops a table") {
    World world(EngineKind::sqlite);
    make_family(world, "");
    world.file("2_rebuild.sql", rebuild_of_ids_above(0));
    world.file("3_bad.sql", "-- migrate:up\ninsert into children values (20, 99);\n");

    const Report report = world.run("migrate up");

    REQUIRE_FALSE(report.ok());
    CHECK(world.history() == "1 applied, 2 applied");
}

}  // namespace keel
