#include <doctest/doctest.h>

#include <cstdlib>
#include <thread>

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
        CHECK(world.run("migrate up").exit_status() == 6);
        world.execute("truncate t");
        CHECK(went_well(world.run("migrate up")));
        CHECK(world.ask("select string_agg(indisvalid::text, ',') from pg_index where indrelid = "
                        "'t'::regclass") == "true");
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
        CHECK(holds(report.error->message(), "attempt 5 of 5"));
        CHECK(holds(report.error->hint(), "has held a lock on t"));
        REQUIRE(report.warnings.size() == 1);
        CHECK(holds(report.warnings[0], "idle in transaction"));
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

TEST_CASE("an invalid index is never taken for success") {
    on_postgres([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table t (id int);\ninsert into t values (1), (1);\n");
        REQUIRE(went_well(world.run("migrate up")));
        const auto connection = world.connect();
        CHECK_THROWS_AS(connection->execute("create unique index concurrently t_id on t (id)"),
                        Error);
        world.file("2_i.sql",
                   "-- migrate:up\ncreate index concurrently if not exists t_id on t (id);\n");

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.ask("select indisvalid and not indisunique from pg_index where indexrelid = "
                        "'t_id'::regclass") == "t");
    });
}

TEST_CASE("an index that was built when the client was gone is not built again") {
    on_postgres([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        world.file("2_i.sql",
                   "-- migrate:up\nselect 1;\ncreate index concurrently t_id on missing (id);\n");
        CHECK(world.run("migrate up").exit_status() == 6);
        world.file("2_i.sql",
                   "-- migrate:up\nselect 1;\ncreate index concurrently t_id on t (id);\n");
        world.execute("create index t_id on t (id)");
        world.execute("update keel.migrations set state = 'running' where version = '2'");
        const std::string oid = world.ask("select 't_id'::regclass::oid");

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.ask("select 't_id'::regclass::oid") == oid);
        CHECK(world.history() == "1 applied, 2 applied");
    });
}

TEST_CASE("a statement that nobody can judge is stopped at, and a person asked") {
    on_postgres([](World& world) {
        world.file("1_p.sql",
                   "-- migrate:up\ncreate table log (n int);\n"
                   "create procedure p() language plpgsql as $$ begin insert into log values (1); "
                   "commit; perform pg_terminate_backend(pg_backend_pid()); end $$;\n");
        world.file("2_c.sql", "-- migrate:up transaction:false\ncall p();\n");

        CHECK(world.run("migrate up").exit_status() == 6);
        const Report again = world.run("migrate up");
        CHECK(again.exit_status() == 6);
        CHECK(holds(again.error->hint(), "keel migrate repair 2 --done"));
        CHECK(world.ask("select count(*) from log") == "1");
        CHECK(went_well(world.run("migrate repair", {{"version", "2"}, {"done", ""}})));
    });
}

TEST_CASE("a lock that is free soon enough is waited for without queueing anybody") {
    on_postgres([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.file("2_x.sql", "-- migrate:up lock_timeout:60ms\nalter table t add column n int;\n");
        const auto blocker = world.connect();
        blocker->begin({});
        blocker->execute("lock table t");
        std::jthread release([&blocker] {
            std::this_thread::sleep_for(std::chrono::milliseconds(150));
            blocker->rollback();
        });

        CHECK(went_well(world.run("migrate up")));
    });
}

}  // namespace keel
