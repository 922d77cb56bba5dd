#include <doctest/doctest.h>

#include <cstdlib>

#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::went_well;
using test::World;

/// Runs `body` where a private server is there.
void on_postgres(const std::function<void(World&)>& body) {
    if (std::getenv("KEEL_TEST_POSTGRES") == nullptr) return;
    World world(EngineKind::postgres);
    body(world);
}

constexpr const char* end_of_session = "select pg_terminate_backend(pg_backend_pid());\n";

}  // namespace

TEST_CASE("an index is built concurrently without a transaction") {
    on_postgres([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        world.file("2_i.sql",
                   "-- migrate:up transaction:false\ncreate index concurrently t_id on t (id);\n"
                   "-- migrate:down transaction:false\ndrop index concurrently t_id;\n");

        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.ask("select indisvalid from pg_index where indexrelid = 't_id'::regclass") ==
              "t");
        REQUIRE(went_well(world.run("migrate down")));
        CHECK(world.ask("select to_regclass('t_id')") == "null");
    });
}

TEST_CASE("an index that could not be built is a failure half way, not a trace-less one") {
    on_postgres([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table t (id int);\ninsert into t values (1), (1);\n");
        world.file(
            "2_i.sql",
            "-- migrate:up transaction:false\ncreate unique index concurrently t_id on t (id);\n");

        const Report report = world.run("migrate up");

        CHECK(report.exit_status() == 6);
        CHECK(world.history() == "1 applied, 2 failed");
        world.execute("drop index t_id");
        world.execute("truncate t");
        CHECK(went_well(world.run("migrate repair", {{"version", "2"}, {"retry", ""}})));
    });
}

TEST_CASE("what a migration sets for its session does not reach the next") {
    on_postgres([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\nselect pg_catalog.set_config('search_path', '', false);\n"
                   "set statement_timeout = '77s';\ncreate table public.t (id int);\n");
        world.file(
            "2_u.sql",
            "-- migrate:up\ncreate table u as select current_setting('statement_timeout') as s,"
            " current_setting('lock_timeout') as l;\n");

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.ask("select s from u") != "77s");
        CHECK(world.ask("select l from u") == "3s");
    });
}

TEST_CASE("a section's lock timeout ends the wait for a lock, and only there") {
    on_postgres([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.file("2_w.sql",
                   "-- migrate:up lock_timeout:1500ms\ncreate table w as select "
                   "current_setting('lock_timeout') as l;\n");
        world.file("3_x.sql", "-- migrate:up lock_timeout:50ms\nalter table t add column n int;\n");
        const auto blocker = world.connect();
        blocker->begin({});
        blocker->execute("lock table t");

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.exit_status() == 5);
        CHECK(report.error->where().line == 2);
        CHECK(world.ask("select l from w") == "1500ms");
        blocker->rollback();
        CHECK(went_well(world.run("migrate up")));
    });
}

TEST_CASE("a constraint that fails at the commit fails the migration") {
    on_postgres([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table p (id int primary key);\n"
                   "create table c (p int references p deferrable initially deferred);\n"
                   "insert into c values (1);\n");

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.error->kind() == ErrorKind::constraint);
        CHECK(report.error->where().file == "migrations/1_t.sql");
        CHECK_FALSE(world.has_table("p"));
        CHECK(world.history().empty());
    });
}

TEST_CASE("rows that stand in the file are copied") {
    on_postgres([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table t (id int, name text);\n"
                   "copy t from stdin;\n1\tone\n2\t\\N\n\\.\ninsert into t values (3, 'three');\n");

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.ask("select count(*) || ' ' || count(name) from t") == "3 2");
    });
}

TEST_CASE("a session that ends in the middle of a migration leaves nothing of it") {
    on_postgres([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        world.file("2_u.sql",
                   std::string("-- migrate:up\ncreate table u (id int);\n") + end_of_session);

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.exit_status() == 5);
        CHECK(world.history() == "1 applied");
        CHECK_FALSE(world.has_table("u"));
    });
}

TEST_CASE("a session that ends between statements without a transaction is an interruption") {
    on_postgres([](World& world) {
        world.file("1_t.sql",
                   std::string("-- migrate:up transaction:false\ncreate table t (id int);\n") +
                       end_of_session + "create table u (id int);\n");

        const Report report = world.run("migrate up");

        CHECK(report.exit_status() == 6);
        CHECK(report.error->where().statement == 2);
        CHECK(world.history() == "1 running");
        CHECK(world.has_table("t"));
        CHECK(went_well(world.run("migrate repair", {{"version", "1"}, {"done", ""}})));
        CHECK(world.has_table("u"));
    });
}

TEST_CASE("a failing statement in a long script is found with its line") {
    on_postgres([](World& world) {
        std::string text = "-- migrate:up\n";
        for (int i = 0; i < 600; ++i) text += "create table t" + std::to_string(i) + " (id int);\n";
        world.file("1_t.sql", text + "create table t599 (id int);\n");

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.error->where().statement == 601);
        CHECK(report.error->where().line == 602);
        CHECK(holds(report.error->message(), "t599"));
        CHECK_FALSE(world.has_table("t0"));
    });
}

}  // namespace keel
