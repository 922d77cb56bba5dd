#include <doctest/doctest.h>

#include "db/admin.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::went_well;
using test::World;

void fill(World& world) {
    world.file("1_t.sql",
               "-- migrate:up\ncreate table t (id integer primary key, name text);\n"
               "insert into t values (1, 'one'), (2, 'two');\n-- migrate:down\ndrop table t;\n");
    REQUIRE(went_well(world.run("migrate up")));
}

const Json& step_of(const Report& report, std::size_t index) {
    return report.result.at("steps").as_array().at(index);
}

}  // namespace

TEST_CASE("a rehearsal goes up, down and up again on a copy, and leaves the database alone") {
    test::for_each_engine([](World& world) {
        fill(world);
        world.file("2_add.sql",
                   "-- migrate:up\nalter table t add column n int;\n"
                   "insert into t (id, name) values (3, 'three');\n"
                   "-- migrate:verify\nselect count(*) = 3 from t;\n"
                   "-- migrate:down\ndelete from t where id = 3;\nalter table t drop column n;\n");
        world.file("3_u.sql", "-- migrate:up\ncreate table u (id int);\n");

        const Report report = world.run("migrate rehearse");

        REQUIRE(went_well(report));
        CHECK(report.exit_status() == 0);
        CHECK(listed(report.result.at("steps"), "version") == "2 3");
        CHECK(report.result.at("ok").as_bool());
        CHECK(report.result.at("schema_restored").as_bool());
        CHECK(step_of(report, 0).at("rows_before").as_integer() == 2);
        CHECK(step_of(report, 0).at("rows_after").as_integer() == 3);
        CHECK(step_of(report, 0).at("up_again_ms").is_integer());
        CHECK(step_of(report, 1).at("down_ms").is_null());
        CHECK_FALSE(step_of(report, 0).at("locks").as_array().empty());
        CHECK(world.history() == "1 applied");
        CHECK(world.ask("select count(*) from t") == "2");
        CHECK(world.engine().admin().find_leftovers(world.url()).empty());
    });
}

TEST_CASE("a rehearsal finds a down that does not bring everything back") {
    test::for_each_engine([](World& world) {
        fill(world);
        SUBCASE("another schema") {
            world.file("2_x.sql",
                       "-- migrate:up\ncreate table a (id int);\ncreate table b (id int);\n"
                       "-- migrate:down\ndrop table a;\ndrop table if exists c;\n");
            const Report report = world.run("migrate rehearse");
            CHECK(report.exit_status() == 3);
            CHECK_FALSE(report.result.at("schema_restored").as_bool());
            CHECK(holds(step_of(report, 0).at("problem").as_string(), "b"));
        }
        SUBCASE("other rows") {
            world.file("2_x.sql",
                       "-- migrate:up\nupdate t set name = 'x';\n-- migrate:down\n"
                       "update t set name = 'one';\n");
            const Report report = world.run("migrate rehearse");
            CHECK(report.exit_status() == 3);
            CHECK(report.result.at("schema_restored").as_bool());
            CHECK_FALSE(step_of(report, 0).at("data_restored").as_bool());
            CHECK(holds(step_of(report, 0).at("not_restored").as_array().at(0).as_string(), "t"));
        }
        SUBCASE("a down that fails") {
            world.file("2_x.sql",
                       "-- migrate:up\ncreate table a (id int);\n-- migrate:down\nnonsense;\n");
            world.file("3_y.sql", "-- migrate:up\ncreate table y (id int);\n");
            const Report report = world.run("migrate rehearse");
            CHECK(report.exit_status() == 3);
            CHECK(listed(report.result.at("steps"), "version") == "2 3");
        }
    });
}

TEST_CASE("an up that fails in the rehearsal fails there, with its place") {
    test::for_each_engine([](World& world) {
        fill(world);
        world.file("2_x.sql",
                   "-- migrate:up\ncreate table a (id int);\ninsert into b values (1);\n");

        const Report report = world.run("migrate rehearse");

        CHECK(report.exit_status() == 1);
        CHECK(report.error->where().line == 3);
        CHECK_FALSE(world.has_table("a"));
        CHECK(world.engine().admin().find_leftovers(world.url()).empty());
    });
}

TEST_CASE("a rehearsal on PostgreSQL tells rewrites, scans and locks") {
    if (!World::has_postgres()) return;
    World world(EngineKind::postgres);
    fill(world);
    world.file("2_x.sql",
               "-- migrate:up\nalter table t alter column id type bigint;\n"
               "update t set name = name || '!';\n-- migrate:down\n"
               "update t set name = left(name, -1);\nalter table t alter column id type int;\n");

    const Report report = world.run("migrate rehearse");

    REQUIRE(went_well(report));
    CHECK(report.result.at("ok").as_bool());
    const auto& statements = step_of(report, 0).at("statements").as_array();
    REQUIRE(statements.size() == 2);
    CHECK(statements[0].at("rewrites").as_array().at(0).as_string() == "t");
    CHECK(statements[1].at("scans").as_array().at(0).at("rows").as_integer() == 2);
    CHECK(holds(listed(step_of(report, 0).at("locks"), "mode"), "AccessExclusiveLock"));
}

}  // namespace keel
