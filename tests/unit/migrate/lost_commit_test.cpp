#include <doctest/doctest.h>

#include "losing_engine.hpp"
#include "world.hpp"

namespace keel {

using test::holds;
using test::listed;
using test::LosingEngine;
using test::Loss;
using test::went_well;
using test::World;

TEST_CASE("when the reply to a commit is lost, the history says that it is done") {
    test::for_each_engine([](World& world) {
        const LosingEngine engine(world.engine(), Loss::after_commit_arrived);
        world.replacement = &engine;
        world.file("1_a.sql", "-- migrate:up\ncreate table a (id int);\n");
        world.file("2_b.sql", "-- migrate:up\ncreate table b (id int);\n");

        const Report report = world.run("migrate up");

        CHECK(engine.losses == 1);
        REQUIRE(went_well(report));
        CHECK(listed(report.result.at("applied"), "version") == "1 2");
        REQUIRE(report.warnings.size() == 1);
        CHECK(holds(report.warnings[0], "1_a"));
        CHECK(world.history() == "1 applied, 2 applied");
    });
}

TEST_CASE("when a commit never arrived, that is found out, and the next run applies") {
    test::for_each_engine([](World& world) {
        const LosingEngine engine(world.engine(), Loss::before_commit_arrives);
        world.replacement = &engine;
        world.file("1_a.sql", "-- migrate:up\ncreate table a (id int);\n");

        const Report report = world.run("migrate up");

        CHECK(engine.losses == 1);
        REQUIRE_FALSE(report.ok());
        CHECK(report.exit_status() == 5);
        CHECK(report.result.at("applied").as_array().empty());
        CHECK_FALSE(world.has_table("a"));
        CHECK(went_well(world.run("migrate up")));
        CHECK(world.history() == "1 applied");
    });
}

}  // namespace keel
