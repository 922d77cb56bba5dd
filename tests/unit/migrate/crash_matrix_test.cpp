#include <doctest/doctest.h>

#include <cstdlib>

#include "dying_engine.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::DyingEngine;
using test::holds;
using test::went_well;
using test::World;

void write_for_sqlite(const World& world) {
    world.file("2_mixed.sql",
               "-- migrate:up\nalter table t add column c int;\ninsert into log values (2);\n"
               "vacuum;\ninsert into log values (3);\n"
               "pragma foreign_keys = off;\ncreate table new_t (id integer primary key, k int);\n"
               "insert into new_t select id, k from t;\ndrop table t;\n"
               "alter table new_t rename to t;\npragma foreign_keys = on;\n");
}

void write_for_postgres(const World& world) {
    world.file("2_mixed.sql",
               "-- migrate:up\nalter table t add column c int;\ninsert into log values (2);\n"
               "create index concurrently t_k on t (k);\ninsert into log values (3);\n"
               "create unique index concurrently on t (id);\nreindex table concurrently t;\n"
               "drop index concurrently t_k;\nvacuum t;\n");
    world.file("4_enum.sql",
               "-- migrate:up\ncreate type mood as enum ('calm');\n"
               "alter type mood add value 'glad';\n"
               "create table moods (m mood not null default 'glad');\n"
               "insert into moods values ('glad');\ninsert into log values (6);\n");
}

void write_migrations(const World& world) {
    world.file("1_base.sql",
               "-- migrate:up\ncreate table log (n int not null);\ninsert into log values (1);\n"
               "create table t (id integer primary key, k int);\n"
               "create table child (t_id integer references t (id) on delete cascade);\n"
               "insert into t values (1, 10), (2, 20);\ninsert into child values (1), (2);\n");
    world.file("3_each.sql",
               "-- migrate:up transaction:false\ninsert into log values (4);\n"
               "insert into log values (5);\ncreate table last (id int);\n");
    world.kind() == EngineKind::sqlite ? write_for_sqlite(world) : write_for_postgres(world);
}

/// Everything that a run of the migrations leaves, as text.
std::string outcome(const World& world) {
    const auto connection = world.connect();
    return world.engine().inspector().fingerprint(*connection) + " | " + world.history() + " | " +
           world.ask("select sum(statements) from " + world.history_table()) + " | " +
           world.ask("select count(*) || ' ' || sum(n) from log") + " | " +
           world.ask("select count(*) from child") + " | " +
           std::to_string(
               world.ask("select max(schema_fingerprint) from " + world.history_table()) != "");
}

}  // namespace

TEST_CASE("killed at any instant of going down and run again, it ends as if nothing had happened") {
    test::for_each_engine([](World& world) {
        const bool is_postgres = world.kind() == EngineKind::postgres;
        const std::string index = is_postgres ? "index concurrently" : "index";
        world.file("1_log.sql",
                   "-- migrate:up\ncreate table log (n int not null);\n"
                   "create table t (id int);\n");
        world.file("2_t.sql",
                   "-- migrate:up\ncreate index t_id on t (id);\n"
                   "-- migrate:down transaction:false\ninsert into log values (1);\n"
                   "drop " +
                       index + " t_id;\ninsert into log values (2);\nvacuum;\n");
        const auto prepare = [&world] {
            world.replacement = nullptr;
            world.empty();
            REQUIRE(went_well(world.run("migrate up")));
        };
        prepare();
        const DyingEngine counter(world.engine(), 0);
        world.replacement = &counter;
        REQUIRE(went_well(world.run("migrate down")));

        const bool all = std::getenv("KEEL_ALL_INSTANTS") != nullptr;
        for (int instant = all ? 1 : 16; instant <= counter.instants(); instant += all ? 1 : 23) {
            CAPTURE(instant);
            prepare();
            const DyingEngine dying(world.engine(), instant);
            world.replacement = &dying;
            static_cast<void>(world.run("migrate down"));
            REQUIRE(dying.is_dead());
            world.replacement = nullptr;
            // It may have been done, all but for the telling.
            if (!holds(world.history(), "2 reverted"))
                REQUIRE(went_well(world.run("migrate down")));
            REQUIRE(world.history() == "1 applied, 2 applied, 2 reverted");
            REQUIRE(world.ask("select count(*) || ' ' || sum(n) from log") == "2 3");
        }
    });
}

TEST_CASE("killed at any instant and run again, migrations end as if nothing had happened") {
    test::for_each_engine([](World& world) {
        write_migrations(world);
        const DyingEngine counter(world.engine(), 0);
        world.replacement = &counter;
        REQUIRE(went_well(world.run("migrate up")));
        const std::string expected = outcome(world);
        REQUIRE(counter.instants() > 40);

        // Each takes its time: a sample of the instants, unless all are asked for.
        const bool all = std::getenv("KEEL_ALL_INSTANTS") != nullptr;
        for (int instant = all ? 1 : 3; instant <= counter.instants(); instant += all ? 1 : 23) {
            CAPTURE(instant);
            world.empty();
            const DyingEngine dying(world.engine(), instant);
            world.replacement = &dying;
            const Report killed = world.run("migrate up");
            REQUIRE(dying.is_dead());

            world.replacement = nullptr;
            REQUIRE(went_well(world.run("migrate up")));
            REQUIRE(outcome(world) == expected);
        }
    });
}

}  // namespace keel
