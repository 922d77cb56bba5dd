// What a look at the rows before and after says: PostgreSQL's counters, and sizes.
#include <doctest/doctest.h>

#include "db/disk_room.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::went_well;
using test::World;

void on_postgres(void (*body)(World&)) {
    if (!World::has_postgres()) return;
    World world(EngineKind::postgres);
    body(world);
}

void add_shop(World& world) {
    world.file("1_shop.sql",
               "-- migrate:up\ncreate table customers (id int primary key);\n"
               "create table orders (id int primary key, customer_id int references customers on "
               "delete cascade);\n"
               "create table notes (id int);\n"
               "create table parts (id int, day int) partition by list (day);\n"
               "create table parts_1 partition of parts for values in (1);\n"
               "insert into customers values (1), (2);\n"
               "insert into orders values (1, 1), (2, 1), (3, 2);\n"
               "insert into notes values (1), (2);\ninsert into parts values (1, 1);\n");
    REQUIRE(went_well(world.run("migrate up")));
}

Report run(World& world, const std::string& statements) {
    world.file("2_x.sql", "-- migrate:up\n" + statements);
    return world.run("migrate up");
}

}  // namespace

TEST_CASE("rows that a function or a trigger removes from a table nobody named fail a migration") {
    on_postgres([](World& world) {
        add_shop(world);
        world.execute(
            "create function tidy() returns int language sql as "
            "'delete from notes where id = 1; select 1'");

        const Report report = run(world, "select tidy();\n");

        REQUIRE_FALSE(report.ok());
        CHECK(report.error->kind() == ErrorKind::constraint);
        CHECK(holds(report.error->message(), "removes 1 row of notes, which it does not name"));
        CHECK(world.ask("select count(*) from notes") == "2");
        CHECK(went_well(run(world, "select /* notes */ tidy();\n")));
        CHECK(world.ask("select count(*) from notes") == "1");
    });
}

TEST_CASE("rows that go with those of a named table are meant, and told of") {
    on_postgres([](World& world) {
        add_shop(world);

        const Report report = run(world, "delete from customers where id = 1;\n");

        REQUIRE(went_well(report));
        REQUIRE(report.warnings.size() >= 1);
        CHECK(holds(report.warnings.back(), "2 rows of orders went with their rows of customers"));
    });
}

TEST_CASE("a table that is emptied by the cascade of another's truncation fails a migration") {
    on_postgres([](World& world) {
        add_shop(world);

        const Report report = run(world, "truncate customers cascade;\n");

        REQUIRE_FALSE(report.ok());
        CHECK(holds(report.error->message(), "removes all rows of orders"));
        CHECK(world.ask("select count(*) from orders") == "3");
        CHECK(went_well(run(world, "truncate customers, orders;\n")));
    });
}

TEST_CASE("rows of named tables, of their partitions and of no table are nobody's business") {
    on_postgres([](World& world) {
        add_shop(world);
        CHECK(went_well(run(world,
                            "delete from parts;\ndelete from notes;\n"
                            "delete from orders where id = 77;\n"
                            "update orders set id = id + 10;\n")));
        CHECK(world.ask("select count(*) from parts") == "0");
    });
}

TEST_CASE("a migration that writes a big table anew is told its size before") {
    on_postgres([](World& world) {
        world.file(
            "1_t.sql",
            "-- migrate:up\ncreate table small (n int);\ncreate table big (n int, pad text);\n"
            "insert into big select g, repeat('x', 1000) from generate_series(1, 20000) g;\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.execute("analyze big");

        const Report report = run(world,
                                  "alter table small alter column n type bigint;\n"
                                  "alter table big alter column n type bigint;\n");

        REQUIRE(went_well(report));
        REQUIRE(report.warnings.size() == 1);
        CHECK(holds(report.warnings.back(), "big has 2"));
        CHECK(holds(report.warnings.back(), "about 20000 rows"));
        CHECK(holds(report.warnings.back(), "line 3 writes all of it anew"));
    });
}

TEST_CASE("a disk with too little room is told of, one that cannot be seen is not") {
    const auto found = lack_of_room("/", std::uint64_t{1} << 60);
    REQUIRE(found);
    CHECK(found->rule == "preflight.disk");
    CHECK_FALSE(lack_of_room("/", 1));
    CHECK_FALSE(lack_of_room("/no/such/folder", std::uint64_t{1} << 60));
}

}  // namespace keel
