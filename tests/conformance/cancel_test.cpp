#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "db/transaction.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

using std::chrono::milliseconds;

/// What `work` throws when it is cancelled from another thread again and again, and how long after
/// the first cancel it did. Cancelled more than once, because nobody can see from outside when the
/// statement has begun.
struct Cancelled {
    std::optional<Error> error;
    milliseconds elapsed{0};
};

Cancelled run_cancelled(Connection& connection, const std::function<void()>& work) {
    std::atomic<bool> is_over{false};
    const Stopwatch watch;
    std::jthread canceller([&] {
        while (!is_over) {
            std::this_thread::sleep_for(milliseconds(5));
            connection.cancel();
        }
    });
    Cancelled result;
    result.error = error_of(work);
    result.elapsed = watch.elapsed();
    is_over = true;
    return result;
}

/// The promise is 100 ms; a machine that builds something else at the same time gets more.
constexpr milliseconds patience{1000};

}  // namespace

TEST_CASE("a running statement is cancelled from another thread, and the connection goes on") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();

        const auto [error, elapsed] = run_cancelled(*connection, [&] {
            connection->query(fixture.samples().endless, {}, [](const Row&) {});
        });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::cancelled);
        CHECK(elapsed < patience);
        CHECK(connection->query_integer("select 5") == 5);
    });
}

TEST_CASE("a statement that waits for a lock is cancelled too") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        const auto holder = fixture.connect(url);
        holder->execute("create table t (n integer)");
        holder->execute("insert into t values (1)");
        const auto waiter = fixture.connect(url, std::chrono::minutes(1));
        Transaction transaction(*holder);
        holder->execute("update t set n = 2");

        const auto [error, elapsed] =
            run_cancelled(*waiter, [&] { waiter->execute("update t set n = 3"); });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::cancelled);
        CHECK(elapsed < patience);
    });
}

TEST_CASE("a stop request cancels what runs while CancelOnStop lives") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        std::stop_source stop;
        std::atomic<bool> is_over{false};
        std::jthread stopper([&] {
            std::this_thread::sleep_for(milliseconds(100));
            stop.request_stop();
        });

        const auto kind = kind_of([&] {
            const CancelOnStop cancel(stop.get_token(), *connection);
            connection->query(fixture.samples().endless, {}, [](const Row&) {});
        });

        CHECK(kind == ErrorKind::cancelled);
    });
}

TEST_CASE("cancel does nothing when no statement runs") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();

        connection->cancel();

        CHECK(connection->query_integer("select 5") == 5);
    });
}

}  // namespace keel::conformance
