#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "db/pool.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

using std::chrono::milliseconds;

struct CountedPool {
    CountedPool(EngineFixture& fixture, const DatabaseUrl& url, PoolSettings settings)
        : pool(
              [&fixture, url, this] {
                  ++opened;
                  return fixture.connect(url);
              },
              settings) {}

    std::atomic<int> opened{0};
    Pool pool;
};

PoolSettings small_pool() {
    PoolSettings settings;
    settings.size = 1;
    settings.overflow = 1;
    settings.timeout = milliseconds(50);
    return settings;
}

}  // namespace

TEST_CASE("a pool opens nothing before the first lease, and keeps what comes back") {
    for_each_engine([](EngineFixture& fixture) {
        CountedPool counted(fixture, fixture.make_database(), small_pool());
        CHECK(counted.opened == 0);
        for (int round = 0; round < 3; ++round) {
            const auto lease = counted.pool.acquire();
            CHECK(lease->query_integer("select 1") == 1);
            CHECK(counted.pool.figures().in_use == 1);
        }
        CHECK(counted.opened == 1);
        CHECK(counted.pool.figures().open == 1);
        CHECK(counted.pool.figures().in_use == 0);
        CHECK(counted.pool.figures().leased == 3);
    });
}

TEST_CASE("a pool grows into its overflow, then makes wait, then gives up") {
    for_each_engine([](EngineFixture& fixture) {
        CountedPool counted(fixture, fixture.make_database(), small_pool());
        std::optional<Lease> first = counted.pool.acquire();
        const auto second = counted.pool.acquire();

        const auto error = error_of([&] { counted.pool.acquire(); });
        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::timeout);
        CHECK(error->message().find("2 in use") != std::string::npos);
        CHECK(counted.pool.figures().timeouts == 1);

        first.reset();
        CHECK(counted.pool.acquire()->query_integer("select 1") == 1);
    });
}

TEST_CASE("overflow connections are closed when they come back") {
    for_each_engine([](EngineFixture& fixture) {
        CountedPool counted(fixture, fixture.make_database(), small_pool());
        {
            const auto first = counted.pool.acquire();
            const auto second = counted.pool.acquire();
            CHECK(counted.pool.figures().open == 2);
        }
        CHECK(counted.pool.figures().open == 1);
    });
}

TEST_CASE("whoever waits gets the connection that another gives back") {
    for_each_engine([](EngineFixture& fixture) {
        auto settings = small_pool();
        settings.overflow = 0;
        settings.timeout = std::chrono::seconds(20);
        CountedPool counted(fixture, fixture.make_database(), settings);
        std::optional<Lease> first = counted.pool.acquire();
        std::atomic<std::int64_t> result{0};

        std::jthread waiter([&] { result = counted.pool.acquire()->query_integer("select 9"); });
        while (counted.pool.figures().waiting == 0) std::this_thread::yield();
        first.reset();
        waiter.join();

        CHECK(result == 9);
        CHECK(counted.opened == 1);
    });
}

TEST_CASE("a lease that comes back with an open transaction is rolled back") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        fixture.connect(url)->execute("create table t (n integer)");
        CountedPool counted(fixture, url, small_pool());
        {
            const auto lease = counted.pool.acquire();
            lease->begin({});
            lease->execute("insert into t values (1)");
        }
        const auto lease = counted.pool.acquire();
        CHECK_FALSE(lease->in_transaction());
        CHECK(lease->query_integer("select count(*) from t") == 0);
        CHECK(counted.opened == 1);
    });
}

TEST_CASE("a connection that is too old is replaced") {
    for_each_engine([](EngineFixture& fixture) {
        auto settings = small_pool();
        settings.recycle = milliseconds(0);
        CountedPool counted(fixture, fixture.make_database(), settings);
        counted.pool.acquire()->ping();

        counted.pool.acquire()->ping();

        CHECK(counted.opened == 2);
        CHECK(counted.pool.figures().recycled == 1);
        CHECK(counted.pool.figures().open == 1);
    });
}

TEST_CASE("a dead connection is replaced before it is handed out") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        CountedPool counted(fixture, url, small_pool());
        if (!fixture.sever(url, *counted.pool.acquire())) return;

        CHECK(counted.pool.acquire()->query_integer("select 3") == 3);

        CHECK(counted.opened == 2);
        CHECK(counted.pool.figures().discarded == 1);
    });
}

TEST_CASE("a connection that cannot be made costs no place in the pool") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        int failures = 1;
        Pool pool(
            [&]() -> std::unique_ptr<Connection> {
                if (failures-- > 0) throw Error(ErrorKind::unreachable, "no server");
                return fixture.connect(url);
            },
            small_pool());

        CHECK(kind_of([&] { pool.acquire(); }) == ErrorKind::unreachable);

        CHECK(pool.figures().open == 0);
        CHECK(pool.acquire()->query_integer("select 1") == 1);
    });
}

}  // namespace keel::conformance
