#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "base/text.hpp"
#include "db/transaction.hpp"
#include "postgres_support.hpp"

using namespace keel;
using namespace keel::conformance;

TEST_CASE("values of every kind come back from PostgreSQL as they were sent") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    const Blob blob = {std::byte{0}, std::byte{255}, std::byte{'\\'}, std::byte{'\''}};
    const std::vector<Value> params = {true, std::int64_t{-9223372036854775807 - 1},
                                       0.1,  std::string("naïve 'text'"),
                                       blob, std::monostate{}};

    std::vector<Value> found;
    connection->query(
        "select $1::bool, $2::int8, $3::float8, $4::text, $5::bytea, $6::text, 0.5::float4, "
        "'x'::bytea, '-Infinity'::float8",
        params, [&](const Row& row) {
            for (std::size_t i = 0; i < row.size(); ++i) found.push_back(row.value(i));
        });

    REQUIRE(found.size() == 9);
    for (std::size_t i = 0; i < params.size(); ++i) CHECK(found[i] == params[i]);
    CHECK(found[6] == Value(0.5));
    CHECK(found[7] == Value(Blob{std::byte{'x'}}));
    CHECK(found[8] == Value(-std::numeric_limits<double>::infinity()));
}

TEST_CASE("a syntax error tells where in the statement, in bytes") {
    const PostgresDatabase database;
    const auto connection = database.connect();

    const auto error = failure_of([&] { connection->execute("select 'ä', 1 frm t"); });

    CHECK(error.kind() == ErrorKind::sql);
    REQUIRE(error.sql());
    CHECK(error.sql()->state == "42601");
    REQUIRE(error.sql()->offset);
    CHECK(error.sql()->statement.substr(*error.sql()->offset) == "t");
}

TEST_CASE("constraint violations name the constraint and the table") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->execute("create table t (id int constraint t_key primary key)");
    connection->execute("insert into t values (1)");

    const auto error = failure_of([&] { connection->execute("insert into t values (1)"); });

    CHECK(error.kind() == ErrorKind::constraint);
    REQUIRE(error.sql());
    CHECK(error.sql()->state == "23505");
    CHECK(error.sql()->constraint == "t_key");
    CHECK(error.sql()->table == "t");
    CHECK(error.sql()->detail.find("(id)=(1)") != std::string::npos);
}

TEST_CASE("a million rows stream, and the callback may end them early") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    std::int64_t seen = 0;

    const auto work = [&] {
        connection->query("select g from generate_series(1, 1000000) g", {}, [&](const Row& row) {
            seen = row.integer(0);
            if (seen == 1000) throw Error(ErrorKind::invalid_input, "enough");
        });
    };

    CHECK(failure_of(work).message() == "enough");
    CHECK(seen == 1000);
    CHECK(connection->query_integer("select 7") == 7);
}

TEST_CASE("another thread cancels a statement, also one that waits for a lock") {
    const PostgresDatabase database;
    const auto holder = database.connect(), waiter = database.connect();
    holder->execute("create table t (id int)");
    holder->begin({});
    holder->execute("lock table t in access exclusive mode");
    waiter->execute("set lock_timeout = 0");

    for (const std::string sql : {"select pg_sleep(60)", "select * from t"}) {
        std::chrono::steady_clock::time_point asked;
        std::jthread canceller([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(150));
            asked = std::chrono::steady_clock::now();
            waiter->cancel();
        });
        const auto error = failure_of([&] { waiter->execute(sql); });
        const auto took = std::chrono::steady_clock::now() - asked;
        CHECK(error.kind() == ErrorKind::cancelled);
        // 100 ms on a machine that has time; a loaded one starts the server's part later.
        CHECK(took < std::chrono::milliseconds(1000));
        CHECK(waiter->is_usable());
        CHECK(waiter->query_integer("select 1") == 1);
    }
}

TEST_CASE("cancelling an idle connection does nothing to what it does next") {
    const PostgresDatabase database;
    const auto connection = database.connect();

    connection->cancel();

    CHECK(connection->query_integer("select 1") == 1);
}

TEST_CASE("a statement that runs into its time limit is a timeout, not a cancel") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->execute("set statement_timeout = '20ms'");

    CHECK(failure_of([&] { connection->execute("select pg_sleep(10)"); }).kind() ==
          ErrorKind::timeout);
}

TEST_CASE("a lock that does not come in time says locked") {
    const PostgresDatabase database;
    const auto holder = database.connect(), waiter = database.connect();
    holder->execute("create table t (id int)");
    holder->begin({});
    holder->execute("lock table t in access exclusive mode");
    waiter->execute("set lock_timeout = '20ms'");

    CHECK(failure_of([&] { waiter->execute("select * from t"); }).kind() == ErrorKind::locked);
}

TEST_CASE("notices arrive with their level while the statement runs") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    std::vector<std::pair<Level, std::string>> notices;
    connection->on_notice([&](Level level, std::string_view text) {
        notices.emplace_back(level, std::string(text));
    });

    connection->execute("do $$ begin raise notice 'one'; raise warning 'two'; end $$");

    REQUIRE(notices.size() == 2);
    CHECK(notices[0] == std::pair(Level::notice, std::string("one")));
    CHECK(notices[1] == std::pair(Level::warning, std::string("two")));
}

TEST_CASE("a commit of a failed transaction says that it was rolled back") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->begin({});
    CHECK_THROWS_AS(connection->execute("select 1/0"), Error);

    const auto error = failure_of([&] { connection->commit(); });

    CHECK(error.kind() == ErrorKind::sql);
    CHECK_FALSE(connection->in_transaction());
}

TEST_CASE("an exported snapshot shows a second session the first one's state") {
    const PostgresDatabase database;
    const auto first = database.connect(), second = database.connect();
    first->execute("create table t (id int)");
    first->begin({.isolation = Isolation::repeatable_read});
    const auto snapshot = first->query_text("select pg_export_snapshot()");
    database.connect()->execute("insert into t values (1)");

    second->begin({.read_only = true,
                   .isolation = Isolation::repeatable_read,
                   .snapshot = snapshot.value_or("")});

    CHECK(second->query_integer("select count(*) from t") == 0);
}

TEST_CASE("a copied table is the same in both formats") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->execute(
        "create table t (id int, name text, twice int generated always as (id * 2) stored)");
    connection->execute(
        "insert into t select g, nullif(repeat(E'a\\tb\\n', g % 3), '') from generate_series(1, "
        "500) g");
    for (const auto format : {CopyFormat::text, CopyFormat::binary}) {
        connection->execute("drop table if exists u");
        connection->execute("create table u (id int, name text)");
        const auto other = database.connect();
        const auto source =
            connection->copy_out({.schema = "public", .table = "t", .format = format});
        const auto sink = other->copy_in({.schema = "", .table = "u", .format = format});
        std::size_t rows = 0;
        for (auto row = source->next(); !row.empty(); row = source->next(), ++rows) sink->put(row);
        CHECK(sink->finish() == 500);
        CHECK(rows == 500);
        CHECK(connection->query_integer("select count(*) from t natural join u where t.name is not "
                                        "distinct from u.name or u.name is null") >= 332);
        CHECK(
            connection->query_integer("select count(*) from (select id, name from t except select "
                                      "id, name from u) d") == 0);
    }
}

TEST_CASE("an empty table copies as no rows in both formats") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->execute("create table t (id int)");
    for (const auto format : {CopyFormat::text, CopyFormat::binary}) {
        const auto source = connection->copy_out({.schema = "", .table = "t", .format = format});
        CHECK(source->next().empty());
        CHECK(source->next().empty());
        auto sink = connection->copy_in({.schema = "", .table = "t", .format = format});
        CHECK(sink->finish() == 0);
    }
}

TEST_CASE("a bad row in a copy is named, and the connection goes on") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->execute("create table t (id int)");
    auto sink = connection->copy_in({.schema = "", .table = "t"});
    sink->put(as_bytes("1\n"));
    sink->put(as_bytes("x\n"));

    const auto error = failure_of([&] { sink->finish(); });

    CHECK(error.kind() == ErrorKind::sql);
    CHECK(error.trail() == std::vector<std::string>{"row 2"});
    CHECK(connection->query_integer("select count(*) from t") == 0);
}

TEST_CASE("an abandoned copy leaves the connection usable in both directions") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->execute("create table t as select generate_series(1, 100000) as id");
    {
        connection->copy_out({.schema = "", .table = "t"})->next();
    }
    CHECK(connection->query_integer("select count(*) from t") == 100000);
    {
        connection->copy_in({.schema = "", .table = "t"})->put(as_bytes("1\n"));
    }
    CHECK(connection->query_integer("select count(*) from t") == 100000);
    CHECK_FALSE(connection->in_transaction());
}

TEST_CASE("a COPY that asks for a table that is not there says so") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    const auto error =
        failure_of([&] { connection->copy_out({.schema = "", .table = "nothing"}); });
    CHECK(error.sql()->state == "42P01");
    CHECK(connection->query_integer("select 1") == 1);
}
