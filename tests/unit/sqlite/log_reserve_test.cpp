#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/transaction.hpp"
#include "support.hpp"

namespace keel::sqlite {
namespace {

void insert(Connection& connection, int from, int to) {
    for (int id = from; id < to; ++id) {
        Transaction transaction(connection);
        connection.execute(fmt::format("insert into t values ({}, hex(randomblob(200)))", id));
        transaction.commit();
    }
}

std::uintmax_t log_size(const Place& place) {
    return std::filesystem::file_size(place.file("app.db-wal"));
}

}  // namespace

TEST_CASE("a long row of commits finds room in the log, a short one leaves it as it was") {
    const Place place;
    const auto connection = place.connect();
    connection->execute("create table t (id integer primary key, text text)");
    insert(*connection, 0, 10);
    const auto small = log_size(place);
    CHECK(small < 1 << 20);
    insert(*connection, 10, 100);
    const auto roomy = log_size(place);
    CHECK(roomy > 4 << 20);
    insert(*connection, 100, 110);
    CHECK(log_size(place) == roomy);
}

TEST_CASE("room in the log is no content: a killed writer's commits are there, and nothing else") {
    const Place place;
    place.connect()->execute("create table t (id integer primary key, text text)");
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto connection = place.connect();
        insert(*connection, 0, 300);
        ::_exit(0);  // without closing: the log stays as it is
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(log_size(place) > 4 << 20);

    const auto connection = place.connect();
    CHECK(connection->query_integer("select count(*) from t") == 300);
    CHECK(connection->query_text("pragma integrity_check") == "ok");
}

TEST_CASE("two writers who take turns overwrite nothing of each other's in the log") {
    const Place place;
    const auto one = place.connect();
    const auto other = place.connect();
    one->execute("create table t (id integer primary key, text text)");
    for (int round = 0; round < 60; ++round) {
        insert(*one, round * 20, round * 20 + 10);
        insert(*other, round * 20 + 10, round * 20 + 20);
    }
    CHECK(one->query_integer("select count(*) from t") == 1200);
    CHECK(other->query_text("pragma integrity_check") == "ok");
}

}  // namespace keel::sqlite
