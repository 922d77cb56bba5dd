#include <doctest/doctest.h>

#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::went_well;
using test::World;

constexpr const char* marker = "-- migrate:up transaction:false";

/// Three statements of which the second fails as long as table `gate` is not there.
std::string gated(const std::string& options = "") {
    return std::string(marker) + options +
           "\ncreate table if not exists a (id int);\n"
           "insert into gate values (1);\ncreate table c (id int);\n";
}

void check_unfinished(World& world, const std::string& state) {
    const Report again = world.run("migrate up");
    REQUIRE_FALSE(again.ok());
    CHECK(again.exit_status() == 6);
    CHECK(again.error->where().statement == 2);
    CHECK(holds(again.error->hint(), "keel migrate up again"));
    CHECK(holds(again.error->hint(), "keel migrate repair 1 --done"));
    CHECK(world.run("migrate down").exit_status() == 6);
    CHECK(world.history() == "1 " + state);
}

}  // namespace

TEST_CASE("statements that cannot be in a transaction run without one") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        world.file("2_v.sql", std::string(marker) +
                                  "\nvacuum;\n-- migrate:verify\nselect 1;\n"
                                  "-- migrate:down transaction:false\nvacuum;\n");

        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.history() == "1 applied, 2 applied");
        REQUIRE(went_well(world.run("migrate down")));
        CHECK(world.history() == "1 applied, 2 applied, 2 reverted");
    });
}

TEST_CASE("a first statement that is refused outright leaves no trace") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", std::string(marker) + "\nnonsense;\ncreate table c (id int);\n");

        const Report report = world.run("migrate up");

        CHECK(report.exit_status() == 1);
        CHECK(report.error->where().line == 2);
        CHECK(world.history().empty());
    });
}

TEST_CASE("a failure half way is recorded, and the next run meets it again until it is mended") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", gated());

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.exit_status() == 6);
        CHECK(report.error->where().file == "migrations/1_t.sql");
        CHECK(report.error->where().line == 3);
        CHECK(report.error->where().statement == 2);
        CHECK(world.has_table("a"));
        check_unfinished(world, "failed");
        const Report status = world.run("migrate status", {{"exit-code", ""}});
        CHECK(status.exit_status() == 3);

        SUBCASE("the next run goes on when the cause is gone") {
            world.execute("create table gate (id int)");
            REQUIRE(went_well(world.run("migrate up")));
            CHECK(world.ask("select count(*) from gate") == "1");
            CHECK(world.has_table("c"));
            CHECK(world.history() == "1 applied");
        }
        SUBCASE("the next run goes on with a file mended where it failed, and later") {
            world.file("1_t.sql", std::string(marker) +
                                      "\ncreate table if not exists a (id int);\n"
                                      "create table b (id int);\ncreate table d (id int);\n");
            REQUIRE(went_well(world.run("migrate up")));
            CHECK(world.has_table("d"));
            CHECK_FALSE(world.has_table("c"));
            CHECK(world.run("migrate status").result.at("changed").as_array().empty());
        }
        SUBCASE("retry runs the statement again and goes on") {
            world.execute("create table gate (id int)");
            REQUIRE(went_well(world.run("migrate repair", {{"version", "1"}, {"retry", ""}})));
            CHECK(world.ask("select count(*) from gate") == "1");
            CHECK(world.has_table("c"));
            CHECK(world.history() == "1 applied");
        }
        SUBCASE("done goes on after the statement") {
            REQUIRE(went_well(world.run("migrate repair", {{"version", "1"}, {"done", ""}})));
            CHECK(world.has_table("c"));
            CHECK(world.history() == "1 applied");
            CHECK(world.ask("select statements from " + world.history_table()) == "3");
        }
        SUBCASE("abandon makes it pending") {
            REQUIRE(went_well(world.run("migrate repair", {{"version", "1"}, {"abandon", ""}})));
            world.execute("create table gate (id int)");
            REQUIRE(went_well(world.run("migrate up")));
            CHECK(world.history() == "1 reverted, 1 applied");
        }
        SUBCASE("a mended file goes on where the old one stopped") {
            world.file("1_t.sql", std::string(marker) +
                                      "\nfirst statement, not run again;\n"
                                      "create table b (id int);\n");
            REQUIRE(went_well(world.run("migrate repair", {{"version", "1"}, {"retry", ""}})));
            CHECK(world.has_table("b"));
            CHECK(world.run("migrate status").result.at("changed").as_array().empty());
        }
    });
}

TEST_CASE("an interruption between statements is gone on with by the next run") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", gated());
        CHECK(world.run("migrate up").exit_status() == 6);
        // What a killed process leaves.
        world.execute("update " + world.history_table() + " set state = 'running'");
        world.execute("create table gate (id int)");

        const Report plan = world.dry_run("migrate up");
        CHECK(holds(plan.result.at("plan").as_array().at(0).at("detail").as_string(),
                    "from statement 2 of 3"));
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.ask("select count(*) from gate") == "1");
        CHECK(world.history() == "1 applied");
    });
}

TEST_CASE("a file says nothing, and statements that cannot be in a transaction run without one") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table t (id int);\ninsert into t values (1);\nvacuum;\n"
                   "insert into t values (2);\ninsert into missing values (1);\n");

        const Report report = world.run("migrate up");

        CHECK(report.exit_status() == 6);
        CHECK(report.error->where().statement == 5);
        // What shares a transaction with the failure is undone with it.
        CHECK(world.ask("select count(*) from t") == "1");
        world.execute("create table missing (id int)");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.ask("select count(*) from t") == "2");
        CHECK(world.history() == "1 applied");
    });
}

TEST_CASE("idempotent statements are gone on with by the next run") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", gated(" idempotent"));
        CHECK(world.run("migrate up").exit_status() == 6);
        world.execute("update " + world.history_table() + " set state = 'running'");
        world.execute("create table gate (id int)");

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.history() == "1 applied");
        CHECK(world.has_table("c"));
    });
}

TEST_CASE("a probe tells whether the interrupted statement is done") {
    test::for_each_engine([](World& world) {
        world.execute("create table log (id int)");
        world.file("1_t.sql",
                   std::string(marker) +
                       " probe:select count(*) > 0 from log\ninsert into log values (1);\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.execute("update " + world.history_table() + " set state = 'running', statements = 0");

        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.ask("select count(*) from log") == "1");
        CHECK(world.history() == "1 applied");

        world.execute("update " + world.history_table() + " set state = 'running', statements = 0");
        world.execute("delete from log");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.ask("select count(*) from log") == "1");
    });
}

TEST_CASE("an edited file is not gone on with by itself") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", gated(" idempotent"));
        CHECK(world.run("migrate up").exit_status() == 6);
        world.file("1_t.sql", std::string(marker) + " idempotent\ndrop table a;\n");

        CHECK(world.run("migrate up").exit_status() == 6);
        CHECK(world.has_table("a"));
    });
}

TEST_CASE("an interrupted down is settled with the statements it was begun with") {
    test::for_each_engine([](World& world) {
        const std::string up =
            "-- migrate:up\ncreate table a (id int);\ncreate table b (id int);\n";
        world.file("1_t.sql", up + "-- migrate:down transaction:false\ndrop table a;\n"
                                   "insert into gate values (1);\ndrop table b;\n");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.run("migrate down").exit_status() == 6);
        CHECK(world.history() == "1 applied, 1 reverting");
        CHECK(world.run("migrate up").exit_status() == 6);
        world.file("1_t.sql", up + "-- migrate:down transaction:false\nnonsense;\n");

        SUBCASE("running down again goes on where it stopped") {
            CHECK(world.run("migrate down").exit_status() == 6);
            world.execute("create table gate (id int)");
            const Report plan = world.dry_run("migrate down");
            REQUIRE(went_well(plan));
            CHECK(holds(plan.result.at("plan").as_array().front().at("step").as_string(),
                        "go on undoing 1_t"));
            REQUIRE(went_well(world.run("migrate down")));
            CHECK(world.ask("select count(*) from gate") == "1");
            CHECK_FALSE(world.has_table("b"));
            CHECK(world.history() == "1 applied, 1 reverted");
        }
        SUBCASE("redo goes on too, and applies it again") {
            world.execute("create table gate (id int)");
            REQUIRE(went_well(world.run("migrate redo")));
            CHECK(world.has_table("b"));
            CHECK(world.history() == "1 applied, 1 reverted, 1 applied");
        }
        SUBCASE("going on ends it") {
            world.execute("create table gate (id int)");
            REQUIRE(went_well(world.run("migrate repair", {{"version", "1"}, {"retry", ""}})));
            CHECK_FALSE(world.has_table("b"));
            CHECK(world.history() == "1 applied, 1 reverted");
        }
        SUBCASE("abandoning it leaves the migration applied") {
            world.execute("create table a (id int)");
            REQUIRE(went_well(world.run("migrate repair", {{"version", "1"}, {"abandon", ""}})));
            CHECK(world.history() == "1 applied");
        }
    });
}

TEST_CASE("repair wants one verdict about something that needs it") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.run("migrate repair", {{"version", "1"}}).exit_status() == 2);
        CHECK(world.run("migrate repair", {{"version", "1"}, {"done", ""}, {"retry", ""}})
                  .exit_status() == 2);
        CHECK(world.run("migrate repair", {{"version", "1"}, {"retry", ""}}).exit_status() == 1);
        CHECK(world.run("migrate repair", {{"version", "9"}, {"retry", ""}}).exit_status() == 1);
        CHECK(went_well(world.run("migrate repair", {{"version", "1"}, {"accept", ""}})));
    });
}

}  // namespace keel
