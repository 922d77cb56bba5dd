// Migrations on PostgreSQL when the wire breaks, and when many run them at once.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "db/inspector.hpp"
#include "dying_engine.hpp"
#include "support/wire_cutter.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::DyingEngine;
using test::holds;
using test::went_well;
using test::WireCutter;
using test::World;

void write_migrations(const World& world) {
    world.file("1_base.sql",
               "-- migrate:up\ncreate table log (n int not null);\ninsert into log values (1);\n"
               "create table t (id integer primary key, k int not null);\n"
               "insert into t select g, 0 from generate_series(1, 12) g;\n");
    world.file("2_mixed.sql",
               "-- migrate:up\nalter table t add column c int;\ninsert into log values (2);\n"
               "create index concurrently t_k on t (k);\ninsert into log values (3);\n"
               "create unique index concurrently on t (id);\n");
    world.file("3_fill.sql",
               "-- migrate:up\n-- keel:backfill table=t batch=5\n"
               "update t set k = k + 1 where :batch;\ninsert into log values (4);\n");
    world.file("4_end.sql",
               "-- migrate:up\ninsert into log values (5);\ncreate table last (id int);\n"
               "-- migrate:verify\nselect count(*) = 5 from log;\n");
}

std::string outcome(const World& world) {
    const auto connection = world.connect();
    return world.engine().inspector().fingerprint(*connection) + " | " + world.history() + " | " +
           world.ask("select count(*) || ' ' || sum(n) from log") + " | " +
           world.ask("select min(k) || ' ' || max(k) || ' ' || count(*) from t") + " | " +
           world.ask("select count(*) from pg_index where not indisvalid");
}

std::filesystem::path server_socket() {
    return std::filesystem::path(std::getenv("KEEL_TEST_POSTGRES")) / "socket" / ".s.PGSQL.5432";
}

/// Sessions that a cut wire left, and their locks, go when the server notices.
void wait_for_quiet(const World& world) {
    for (int i = 0; i < 200; ++i) {
        if (world.ask(
                "select count(*) from pg_stat_activity where datname = current_database() and "
                "pid <> pg_backend_pid()") == "0")
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

Report run_through(World& world, const WireCutter& wire) {
    world.through = wire.host();
    Report report = world.run("migrate up");
    world.through.clear();
    return report;
}

}  // namespace

TEST_CASE("the wire may break at any message: what was acknowledged stays, and all is done once") {
    if (!World::has_postgres()) return;
    World world(EngineKind::postgres);
    write_migrations(world);
    int messages = 0;
    std::string expected;
    {
        const WireCutter wire(server_socket(), 0, WireCutter::How::before);
        REQUIRE(went_well(run_through(world, wire)));
        messages = wire.messages();
        expected = outcome(world);
    }
    REQUIRE(messages > 200);

    const bool all = std::getenv("KEEL_ALL_INSTANTS") != nullptr;
    int number = 0;
    for (int at = all ? 1 : 11; at <= messages; at += all ? 1 : messages / 9) {
        const auto how = static_cast<WireCutter::How>(number++ % 3);
        CAPTURE(at);
        CAPTURE(number);
        world.empty();
        std::string applied;
        {
            const WireCutter wire(server_socket(), at, how);
            const Report report = run_through(world, wire);
            REQUIRE(wire.has_cut());
            const bool is_sensible = report.ok() || report.exit_status() == 5 ||
                                     report.exit_status() == 6 || report.exit_status() == 1;
            CHECK_MESSAGE(is_sensible, report.error->message());
            if (const Json* list = report.result.find("applied"))
                applied = test::listed(*list, "version");
        }
        wait_for_quiet(world);
        // What was said to be applied is.
        const std::string history = applied.empty() ? std::string() : world.history();
        for (const char version : applied)
            if (version != ' ') REQUIRE(holds(history, std::string(1, version) + " applied"));
        REQUIRE(went_well(world.run("migrate up")));
        REQUIRE(outcome(world) == expected);
    }
}

TEST_CASE("eight runners at once, some of them killed, apply each migration once") {
    if (!World::has_postgres()) return;
    World world(EngineKind::postgres);
    write_migrations(world);
    REQUIRE(went_well(world.run("migrate up")));
    const std::string expected = outcome(world);

    for (int round = 0; round < 2; ++round) {
        CAPTURE(round);
        world.empty();
        std::atomic<int> succeeded = 0;
        {
            std::vector<std::jthread> runners;
            for (int i = 0; i < 8; ++i) {
                const bool dies = i % 3 == 2;
                runners.emplace_back([&world, &succeeded, dies, i, round] {
                    const DyingEngine dying(world.engine(), dies ? 30 + 17 * i + 31 * round : 0);
                    // Whoever met a dying one, or waited too long, comes again, as a deployment
                    // does.
                    for (int attempt = 0; attempt < 20; ++attempt) {
                        const Report report = world.run_on(dying, "migrate up");
                        if (report.ok()) ++succeeded;
                        if (report.ok() || dying.is_dead()) return;
                        std::this_thread::sleep_for(std::chrono::milliseconds(20));
                    }
                });
            }
        }
        CHECK(succeeded >= 6);
        wait_for_quiet(world);
        REQUIRE(outcome(world) == expected);
        CHECK(world.ask("select count(*) from pg_locks l join pg_database d on d.oid = l.database "
                        "where l.locktype = 'advisory' and d.datname = current_database()") == "0");
    }
}

}  // namespace keel
