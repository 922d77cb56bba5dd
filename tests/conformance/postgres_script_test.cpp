#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "postgres_support.hpp"

using namespace keel;
using namespace keel::conformance;

TEST_CASE("a script's failure inside a pipeline is that of its own statement") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    std::string script = "create table t (id int primary key);\n";
    for (int i = 1; i <= 600; ++i)
        script += fmt::format("insert into t values ({});\n", i == 437 ? 1 : i);
    connection->begin({});

    const auto error = failure_of([&] { run_script(*connection, script); });

    CHECK(error.kind() == ErrorKind::constraint);
    CHECK(error.where().statement == 438);
    CHECK(error.where().line == 438);
    CHECK(error.sql()->statement == "insert into t values (1)");
    connection->rollback();
    CHECK(connection->query_integer("select 1") == 1);
}

TEST_CASE("outside a transaction each statement stands alone, and nothing runs after a failure") {
    const PostgresDatabase database;
    const auto connection = database.connect();

    const auto error = failure_of([&] {
        run_script(*connection,
                   "create table t (id int); insert into t values (1); insert into t values "
                   "('x'); insert into t values (2);");
    });

    CHECK(error.where().statement == 3);
    CHECK(connection->query_rows("select id from t") ==
          std::vector<std::vector<std::string>>{{"1"}});
}

TEST_CASE("a script may open and end transactions itself, and hold what must stand outside one") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    run_script(*connection,
               "create table t (id int); begin; insert into t values (1); insert into t values "
               "(2); rollback; begin; insert into t values (3); commit; vacuum t; create index "
               "concurrently i on t (id); select * from t;");
    CHECK(connection->query_integer("select sum(id) from t") == 3);
    CHECK_FALSE(connection->in_transaction());
}

TEST_CASE("COPY data in a script arrives, also between pipelined statements") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    std::string data;
    for (int i = 0; i < 50000; ++i) data += fmt::format("{}\tline {}\n", i, i);
    connection->begin({});
    run_script(*connection,
               "create table t (id int, s text); insert into t values (-1, 'a');\n"
               "copy t from stdin;\n" +
                   data +
                   "\\.\nupdate t set s = 'b' where id = -1;\n"
                   "copy t (id) from stdin with (format csv);\n-2\n\\.\n");
    connection->commit();
    CHECK(connection->query_integer("select count(*) from t") == 50002);
    CHECK(connection->query_text("select s from t where id = -1") == "b");
}

TEST_CASE("COPY data that does not fit its table is the error of its statement") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    const auto error = failure_of([&] {
        run_script(*connection, "create table t (id int);\ncopy t from stdin;\n1\nx\n\\.\n");
    });
    CHECK(error.where().statement == 2);
    CHECK(error.where().line == 2);
    CHECK(connection->query_integer("select count(*) from t") == 0);
}

TEST_CASE("a script has no place for COPY … TO stdout, and the connection survives it") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    const auto error = failure_of(
        [&] { run_script(*connection, "copy (select generate_series(1, 100000)) to stdout"); });
    CHECK(error.kind() == ErrorKind::invalid_input);
    CHECK(connection->query_integer("select 1") == 1);
    CHECK(failure_of([&] { connection->execute("copy (select 1) to stdout"); }).kind() ==
          ErrorKind::invalid_input);
    CHECK(connection->query_integer("select 1") == 1);
}

TEST_CASE("a script inside a transaction stops when it is cancelled, and the transaction with it") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->begin({});
    std::jthread canceller([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            connection->cancel();
        }
    });

    const auto error = failure_of(
        [&] { run_script(*connection, "select 1; select 2; select pg_sleep(60); select 4;"); });

    canceller = {};
    CHECK(error.kind() == ErrorKind::cancelled);
    CHECK(error.where().statement == 3);
    connection->rollback();
    CHECK(connection->query_integer("select 1") == 1);
}

TEST_CASE("what a notice handler throws comes through, and the connection goes on") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->on_notice(
        [](Level, std::string_view) { throw Error(ErrorKind::invalid_input, "no notices"); });
    const std::string notice = "do $$ begin raise notice 'x'; end $$";

    CHECK(failure_of([&] { connection->execute(notice); }).message() == "no notices");
    connection->begin({});
    CHECK(failure_of([&] { run_script(*connection, notice + "; select 1; select 2"); }).message() ==
          "no notices");
    connection->rollback();
    connection->on_notice(nullptr);
    CHECK(connection->query_integer("select 1") == 1);
}
