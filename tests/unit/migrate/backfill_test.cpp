#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <thread>

#include "dying_engine.hpp"
#include "losing_engine.hpp"
#include "ops/kit/backfill.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::DyingEngine;
using test::holds;
using test::went_well;
using test::World;

/// A table of so many rows whose numbers have gaps.
void fill(World& world, int rows) {
    world.file("1_t.sql",
               "-- migrate:up\ncreate table t (id integer primary key, n int not null "
               "default 0);\n");
    REQUIRE(went_well(world.run("migrate up")));
    const auto connection = world.connect();
    connection->begin({});
    for (int i = 1; i <= rows; ++i)
        connection->execute(fmt::format("insert into t (id) values ({})", i * 3 - 10));
    connection->commit();
}

std::string increment(std::string_view options = " batch=7") {
    return fmt::format(
        "-- migrate:up\n-- keel:backfill table=t{}\n"
        "update t set n = n + 1 where :batch;\n",
        options);
}

Error mistake(World& world, const std::string& text) {
    world.file("2_b.sql", text);
    const Report report = world.run("migrate up");
    REQUIRE_FALSE(report.ok());
    return *report.error;
}

}  // namespace

TEST_CASE("a backfill goes through all rows of a table, each in exactly one batch") {
    test::for_each_engine([](World& world) {
        fill(world, 40);
        world.file("2_b.sql",
                   "-- migrate:up\nalter table t add column before int;\n"
                   "-- keel:backfill table=t key=id batch=7\n"
                   "update t set n = n + 1 where :batch;\n"
                   "update t set before = n;\n-- migrate:verify\n"
                   "select count(*) = 40 from t where before = 1;\n"
                   "-- migrate:down\nalter table t drop column before;\n");

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.ask("select min(n) || ' ' || max(n) || ' ' || count(*) from t") == "1 1 40");
        CHECK(world.history() == "1 applied, 2 applied");
        CHECK(world.ask("select count(*) from " +
                        world.engine().dialect().internal_table("migration_steps")) == "0");
    });
}

TEST_CASE("an empty table is backfilled at once") {
    test::for_each_engine([](World& world) {
        fill(world, 0);
        world.file("2_b.sql", increment());

        CHECK(went_well(world.run("migrate up")));
        CHECK(world.history() == "1 applied, 2 applied");
    });
}

TEST_CASE("a backfill may go by several columns, whatever they are called and hold") {
    test::for_each_engine([](World& world) {
        world.file(
            "1_t.sql",
            "-- migrate:up\ncreate table \"Odd one\" (a text not null, \"B c\" int not null, "
            "n int not null default 0, primary key (a, \"B c\"));\n"
            "insert into \"Odd one\" (a, \"B c\") values ('it''s', 1), ('it''s', 2), "
            "('back\\slash', 1), ('', 3), ('z', 1), ('z', 2), ('z', 3), ('ü', 1);\n"
            "-- keel:backfill table=\"Odd one\" key=a,\"B c\" batch=2\n"
            "update \"Odd one\" as o set n = n + 1 where :batch(o);\n");

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.ask("select count(*) from \"Odd one\" where n = 1") == "8");
    });
}

TEST_CASE("rows that share a key are in one batch") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table t (k int not null, n int not null default 0);\n"
                   "create index t_k on t (k);\n"
                   "insert into t (k) values (1), (1), (1), (2), (2), (3), (3), (3), (3);\n"
                   "-- keel:backfill table=t key=k batch=2\n"
                   "update t set n = n + 1 where :batch;\n");

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.ask("select count(*) from t where n = 1") == "9");
    });
}

TEST_CASE(
    "a backfill that fails keeps the batches before, and goes on after them when it is mended") {
    test::for_each_engine([](World& world) {
        fill(world, 30);
        world.execute("update t set n = 5 where id = 50");  // the 20th row
        world.file("2_b.sql",
                   "-- migrate:up\nalter table t add column half int check (half < 5);\n"
                   "-- keel:backfill table=t batch=7\n"
                   "update t set n = n + 1, half = n where :batch;\n");

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.exit_status() == 6);
        CHECK(report.error->where().line == 4);
        CHECK(report.error->where().statement == 2);
        CHECK(world.ask("select count(*) from t where n = 1") == "14");
        CHECK(world.history() == "1 applied, 2 failed");
        const Report status = world.run("migrate status");
        const Json& entry = status.result.at("applied").as_array().back();
        CHECK(entry.at("backfill").at("rows").as_integer() == 14);

        world.execute("update t set n = 0 where id = 50");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.ask("select count(*) from t where n = 1") == "30");
    });
}

TEST_CASE("killed at any instant and run again, a backfill changes each row exactly once") {
    test::for_each_engine([](World& world) {
        const auto prepare = [&world] {
            world.empty();
            world.remove_file("2_b.sql");
            fill(world, 20);
            world.file("2_b.sql",
                       "-- migrate:up\nalter table t add column c int;\n"
                       "-- keel:backfill table=t batch=6\n"
                       "update t set n = n + 1 where :batch;\n"
                       "insert into t (id, n) values (1000, 1);\n");
        };
        prepare();
        const DyingEngine counter(world.engine(), 0);
        world.replacement = &counter;
        REQUIRE(went_well(world.run("migrate up")));

        const bool all = std::getenv("KEEL_ALL_INSTANTS") != nullptr;
        for (int instant = all ? 1 : 20; instant <= counter.instants(); instant += all ? 1 : 31) {
            CAPTURE(instant);
            world.replacement = nullptr;
            prepare();
            const DyingEngine dying(world.engine(), instant);
            world.replacement = &dying;
            static_cast<void>(world.run("migrate up"));
            REQUIRE(dying.is_dead());

            world.replacement = nullptr;
            REQUIRE(went_well(world.run("migrate up")));
            REQUIRE(world.ask("select count(*) from t where n = 1") == "21");
            REQUIRE(world.history() == "1 applied, 2 applied");
        }
    });
}

TEST_CASE("a batch whose commit was not answered is done once, in the same run") {
    test::for_each_engine([](World& world) {
        for (const auto loss :
             {test::Loss::before_commit_arrives, test::Loss::after_commit_arrived}) {
            world.empty();
            world.remove_file("2_b.sql");
            fill(world, 20);
            world.file("2_b.sql", increment(" batch=6"));
            const test::LosingEngine losing(world.engine(), loss);
            world.replacement = &losing;

            const Report report = world.run("migrate up");

            world.replacement = nullptr;
            REQUIRE(losing.losses == 1);
            REQUIRE(went_well(report));
            CHECK(world.ask("select count(*) from t where n = 1") == "20");
            CHECK(world.history() == "1 applied, 2 applied");
        }
    });
}

TEST_CASE("what a backfill says of itself is checked before anything runs, with its place") {
    test::for_each_engine([](World& world) {
        fill(world, 1);
        const auto below = [](const std::string& line) {
            return "-- migrate:up\nselect 1;\n" + line + "\nupdate t set n = 1 where :batch;\n";
        };
        const Error unknown = mistake(world, below("-- keel:backfill table=t bach=5"));
        CHECK(holds(unknown.message(), "unknown option 'bach'"));
        CHECK(holds(unknown.message(), "batch"));
        CHECK(unknown.where().file == "migrations/2_b.sql");
        CHECK(unknown.where().line == 3);
        CHECK(unknown.where().column == 26);
        CHECK(
            holds(mistake(world, below("-- keel:backfill batch=5")).message(), "needs its table"));
        CHECK(holds(mistake(world, below("-- keel:backfill table=t batch=0")).message(),
                    "'0' is no number of rows"));
        CHECK(holds(mistake(world, below("-- keel:backfill table=t pause=soon")).message(),
                    "'soon' is no duration"));
        CHECK(holds(mistake(world, below("-- keel:backfill table=t table=t")).message(), "twice"));
        CHECK(holds(mistake(world, below("-- keel:backfill table=a.b.c")).message(), "one schema"));
        CHECK(holds(mistake(world,
                            "-- migrate:up\n-- keel:backfill table=t\n"
                            "update t set n = ':batch' where id = 1;\n")
                        .message(),
                    "does not say for which rows"));
        CHECK(
            holds(mistake(world, "-- migrate:up\nselect 1;\n-- keel:backfill table=t\n").message(),
                  "no statement below"));
        CHECK(world.history() == "1 applied");
    });
}

TEST_CASE("a backfill that could not go through all rows is refused, and leaves nothing") {
    test::for_each_engine([](World& world) {
        fill(world, 3);
        CHECK(
            holds(mistake(world, increment(" key=n")).message(), "no index of 't' begins with n"));
        CHECK(holds(mistake(world, increment(" key=m")).message(), "has no column 'm'"));
        world.execute("create table nulls (k int, n int)");
        world.execute("create index nulls_k on nulls (k)");
        world.execute("insert into nulls values (1, 1), (null, 1)");
        CHECK(holds(mistake(world,
                            "-- migrate:up\n-- keel:backfill table=nulls key=k\n"
                            "update nulls set n = 2 where :batch;\n")
                        .message(),
                    "would miss them"));
        CHECK(holds(mistake(world,
                            "-- migrate:up\n-- keel:backfill table=gone\n"
                            "update gone set n = 2 where :batch;\n")
                        .message(),
                    "no table 'gone'"));
        CHECK(world.history() == "1 applied");
    });
}

TEST_CASE("the plan and a rehearsal know of backfills") {
    test::for_each_engine([](World& world) {
        fill(world, 20);
        world.file("2_b.sql", increment(" batch=6 pause=1h") +
                                  "-- migrate:down\n-- keel:backfill table=t batch=9\n"
                                  "update t set n = n - 1 where :batch;\n");

        const Report plan = world.dry_run("migrate up");
        REQUIRE(went_well(plan));
        CHECK(holds(plan.result.at("plan").as_array().front().at("detail").as_string(),
                    "backfill of t by 6 rows at a time"));
        const Report rehearsal = world.run("migrate rehearse");
        REQUIRE(went_well(rehearsal));
        CHECK(rehearsal.result.at("ok").as_bool());
        CHECK(rehearsal.result.at("steps").as_array().front().at("statements").as_array().size() ==
              1);
        CHECK(world.ask("select max(n) from t") == "0");
    });
}

TEST_CASE("a backfill can be stopped between two batches and gone on with") {
    test::for_each_engine([](World& world) {
        fill(world, 20);
        world.file("2_b.sql", increment(" batch=6 pause=1h"));
        std::jthread stopper([&world] {
            while (world.ask("select max(n) from t") != "1")
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            world.stop.request_stop();
        });

        const Report report = world.run("migrate up");

        CHECK_FALSE(report.ok());
        CHECK(holds(report.error->message(), "a backfill (6 "));
        CHECK(world.history() == "1 applied, 2 running");
        world.stop = std::stop_source();
        world.file("2_b.sql", increment(" batch=9"));
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.ask("select count(*) from t where n = 1") == "20");
    });
}

}  // namespace keel
