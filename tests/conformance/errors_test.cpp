#include <doctest/doctest.h>

#include "base/text.hpp"
#include "db/dialect.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

void make_users(Connection& connection) {
    connection.execute(
        "create table users (id integer primary key, email text not null unique, age integer, "
        "constraint adult check (age >= 18))");
    connection.execute("insert into users values (1, 'a@example.org', 30)");
}

}  // namespace

TEST_CASE("a violated unique constraint is named with its table") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_users(*connection);

        const auto error = error_of(
            [&] { connection->execute("insert into users values (2, 'a@example.org', 20)"); });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::constraint);
        REQUIRE(error->sql());
        CHECK(error->sql()->state == fixture.samples().unique_violation_state);
        CHECK(error->sql()->table == "users");
        CHECK(error->sql()->constraint.find("email") != std::string::npos);
    });
}

TEST_CASE("a violated check constraint is named") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_users(*connection);

        const auto error = error_of(
            [&] { connection->execute("insert into users values (2, 'b@example.org', 3)"); });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::constraint);
        CHECK(error->sql()->constraint == "adult");
    });
}

TEST_CASE("a syntax error says where in the statement it is") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        constexpr std::string_view sql = "select 'ü',\n  from from users";

        const auto error = error_of([&] { connection->execute(sql); });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::sql);
        REQUIRE(error->sql());
        CHECK(error->sql()->state == fixture.samples().syntax_error_state);
        CHECK(error->sql()->statement == sql);
        REQUIRE(error->sql()->offset);
        CHECK(sql.substr(*error->sql()->offset, 4) == "from");
        const auto [line, column] = line_column(sql, *error->sql()->offset);
        CHECK(line == 2);
        CHECK(column >= 3);
    });
}

TEST_CASE("a table that is not there is an error that names it, and the connection goes on") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();

        const auto error =
            error_of([&] { connection->query_integer("select count(*) from nowhere"); });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::sql);
        CHECK(error->message().find("nowhere") != std::string::npos);
        CHECK(connection->query_integer("select 1") == 1);
    });
}

TEST_CASE("a violated foreign key is a constraint error") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_users(*connection);
        connection->execute("create table posts (author integer not null references users (id))");

        CHECK(kind_of([&] { connection->execute("insert into posts values (99)"); }) ==
              ErrorKind::constraint);
        CHECK(kind_of([&] { connection->execute("delete from users"); }) == std::nullopt);
    });
}

TEST_CASE("notices reach the handler") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        const auto script = fixture.engine().dialect().split(fixture.samples().notice_script);
        std::vector<std::string> notices;
        connection->on_notice([&](Level, std::string_view text) { notices.emplace_back(text); });

        connection->run_script(script.statements);

        REQUIRE_FALSE(notices.empty());
        CHECK_FALSE(notices.front().empty());
    });
}

}  // namespace keel::conformance
