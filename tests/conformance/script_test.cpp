#include <doctest/doctest.h>

#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {

TEST_CASE("a script runs statement by statement, in order") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        const auto script = fixture.engine().dialect().split(
            "create table t (n integer);\n-- a comment; with a semicolon\n"
            "insert into t values (1); insert into t select n + 1 from t;\nselect * from t;\n");

        connection->run_script(script.statements);

        CHECK(script.statements.size() == 4);
        CHECK(connection->query_integer("select sum(n) from t") == 3);
    });
}

TEST_CASE("a script stops at the first failure and says which statement and line it is") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        const auto script = fixture.engine().dialect().split(
            "create table t (n integer);\n\ninsert into t values (1);\n\n"
            "insert into\n  nowhere values (2);\ninsert into t values (3);\n");

        const auto error = error_of([&] { connection->run_script(script.statements); });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::sql);
        CHECK(error->where().statement == 3);
        CHECK(error->where().line == 5);
        REQUIRE(error->sql());
        CHECK(error->sql()->statement.find("nowhere") != std::string::npos);
        CHECK(connection->query_integer("select count(*) from t where n = 3") == 0);
        CHECK_FALSE(connection->in_transaction());
    });
}

TEST_CASE("a script inside a transaction is undone with it") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        const auto script = fixture.engine().dialect().split(
            "create table t (n integer); insert into t values (1);");

        connection->begin({});
        connection->run_script(script.statements);
        connection->rollback();

        CHECK(fixture.engine().inspector().inspect(*connection, {}).tables.empty());
    });
}

}  // namespace keel::conformance
