#include <doctest/doctest.h>

#include "db/session.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

void make_table(Connection& connection) {
    connection.execute("create table t (n integer)");
}

void add(Connection& connection, std::int64_t number) {
    const std::vector<Value> params = {number};
    connection.execute("insert into t values ($1)", params);
}

std::int64_t sum(Connection& connection) {
    return connection.query_integer("select coalesce(sum(n), 0) from t");
}

}  // namespace

TEST_CASE("a transaction that is not committed is rolled back at its end") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_table(*connection);
        {
            Transaction transaction(*connection);
            add(*connection, 1);
            CHECK(connection->in_transaction());
        }
        CHECK_FALSE(connection->in_transaction());
        CHECK(sum(*connection) == 0);
    });
}

TEST_CASE("a committed transaction is seen by others") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        const auto connection = fixture.connect(url);
        make_table(*connection);

        Transaction transaction(*connection);
        add(*connection, 1);
        transaction.commit();

        CHECK_FALSE(transaction.is_open());
        CHECK(sum(*fixture.connect(url, true)) == 1);
    });
}

TEST_CASE("inner transactions are savepoints: each is undone alone") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_table(*connection);
        Transaction outer(*connection);
        add(*connection, 1);
        {
            Transaction kept(*connection);
            add(*connection, 10);
            {
                Transaction undone(*connection);
                add(*connection, 100);
            }
            kept.commit();
        }
        outer.commit();

        CHECK(sum(*connection) == 11);
    });
}

TEST_CASE("a statement that fails in an inner transaction does not cost the outer one") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_table(*connection);
        Transaction outer(*connection);
        add(*connection, 1);

        CHECK(error_of([&] {
            Transaction inner(*connection);
            connection->execute("insert into nowhere values (1)");
        }));
        outer.commit();

        CHECK(sum(*connection) == 1);
    });
}

TEST_CASE("schema changes belong to their transaction") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        {
            Transaction transaction(*connection);
            make_table(*connection);
            add(*connection, 1);
        }
        CHECK(error_of([&] { sum(*connection); }));
    });
}

TEST_CASE("a read-only transaction refuses to write and leaves the session able to") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_table(*connection);

        connection->begin({.read_only = true, .isolation = {}, .snapshot = {}});
        CHECK(error_of([&] { add(*connection, 1); }));
        connection->rollback();
        add(*connection, 2);

        CHECK(sum(*connection) == 2);
    });
}

TEST_CASE("a transaction is repeated while the engine says it is worth it, then no more") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_table(*connection);
        const RetryOptions retry{.attempts = 3, .first_pause = std::chrono::milliseconds(1)};
        int runs = 0;

        in_transaction(*connection, {}, retry, [&](Connection& inside) {
            add(inside, 1);
            if (++runs < 3) throw Error(ErrorKind::serialization, "again");
        });
        CHECK(runs == 3);
        CHECK(sum(*connection) == 1);

        runs = 0;
        CHECK(kind_of([&] {
                  in_transaction(*connection, {}, retry, [&](Connection&) {
                      ++runs;
                      throw Error(ErrorKind::serialization, "again");
                  });
              }) == ErrorKind::serialization);
        CHECK(runs == 3);
    });
}

TEST_CASE("two who want the same row: the second gives up after lock_timeout with a locked error") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        const auto first = fixture.connect(url);
        make_table(*first);
        add(*first, 1);
        const auto second = fixture.connect(url, std::chrono::milliseconds(150));
        Transaction transaction(*first);
        first->execute("update t set n = 2");
        const Stopwatch waited;

        const auto error = error_of([&] { second->execute("update t set n = 3"); });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::locked);
        CHECK_FALSE(error->hint().empty());
        CHECK(waited.elapsed() >= std::chrono::milliseconds(100));
        CHECK(waited.elapsed() < std::chrono::seconds(5));
        transaction.commit();
        CHECK(second->execute("update t set n = 3") == 1);
    });
}

}  // namespace keel::conformance
