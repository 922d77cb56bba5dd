#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "db/pool.hpp"
#include "fake_connection.hpp"

namespace keel {
namespace {

PoolSettings settings_of(int size, int overflow) {
    PoolSettings settings;
    settings.size = size;
    settings.overflow = overflow;
    settings.timeout = std::chrono::milliseconds(10);
    return settings;
}

}  // namespace

TEST_CASE("a connection that cannot be cleaned up is not kept") {
    FakeConnection::Log log;
    Pool pool([&] { return std::make_unique<FakeConnection>(log); }, settings_of(2, 0));
    {
        const auto lease = pool.acquire();
        lease->begin({});
        log.fail_on = "rollback";
    }
    CHECK(pool.figures().open == 0);
    CHECK(pool.figures().discarded == 1);
}

TEST_CASE("without pre-ping a kept connection is handed out unasked") {
    FakeConnection::Log log;
    auto settings = settings_of(1, 0);
    settings.pre_ping = false;
    Pool pool([&] { return std::make_unique<FakeConnection>(log); }, settings);
    {
        const auto lease = pool.acquire();
    }
    {
        const auto lease = pool.acquire();
    }
    CHECK(log.calls.empty());
}

TEST_CASE("a lease can be moved, and goes back once") {
    FakeConnection::Log log;
    Pool pool([&] { return std::make_unique<FakeConnection>(log); }, settings_of(1, 1));
    {
        auto first = pool.acquire();
        auto second = pool.acquire();
        first = std::move(second);
        CHECK(pool.figures().in_use == 1);
    }
    CHECK(pool.figures().in_use == 0);
    CHECK(pool.figures().open == 1);
}

TEST_CASE("many threads share few connections without losing one") {
    FakeConnection::Log logs[16];
    auto settings = settings_of(2, 1);
    settings.timeout = std::chrono::seconds(30);
    std::atomic<int> opened{0};
    Pool pool([&] { return std::make_unique<FakeConnection>(logs[opened++ % 16]); }, settings);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&] {
                for (int round = 0; round < 50; ++round) {
                    const auto lease = pool.acquire();
                    CHECK(pool.figures().in_use <= 3);
                }
            });
        }
    }
    CHECK(pool.figures().in_use == 0);
    CHECK(pool.figures().leased == 200);
    CHECK(pool.figures().open <= 2);
}

}  // namespace keel
