#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>

#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

void make_values_table(EngineFixture& fixture, Connection& connection) {
    const auto& samples = fixture.samples();
    connection.execute(fmt::format("create table v (n {}, r {}, s {}, b {}, f boolean)",
                                   samples.integer_type, samples.real_type, samples.text_type,
                                   samples.blob_type));
}

std::vector<Value> read_back(Connection& connection) {
    std::vector<Value> values;
    connection.query("select n, r, s, b from v", {}, [&](const Row& row) {
        for (std::size_t column = 0; column < row.size(); ++column)
            values.push_back(row.value(column));
    });
    return values;
}

}  // namespace

TEST_CASE("a parameter of every type comes back as it went in") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_values_table(fixture, *connection);
        const std::vector<Value> values = {std::numeric_limits<std::int64_t>::min(), 0.1,
                                           std::string("it's \"ü\"\n\t\\N 漢"),
                                           Blob{std::byte{0}, std::byte{255}, std::byte{'\''}}};
        auto params = values;
        params.emplace_back(true);

        const auto changed =
            connection->execute("insert into v values ($1, $2, $3, $4, $5)", params);

        CHECK(changed == 1);
        CHECK(read_back(*connection) == values);
        connection->query("select f from v", {}, [](const Row& row) { CHECK(row.boolean(0)); });
    });
}

TEST_CASE("an empty text and an empty blob are not null, and null is") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_values_table(fixture, *connection);
        const std::vector<Value> params = {std::monostate{}, std::monostate{}, std::string(),
                                           Blob{}, false};

        connection->execute("insert into v values ($1, $2, $3, $4, $5)", params);

        const std::vector<Value> expected = {std::monostate{}, std::monostate{}, std::string(),
                                             Blob{}};
        CHECK(read_back(*connection) == expected);
        connection->query("select n, s from v", {}, [](const Row& row) {
            CHECK(row.is_null(0));
            CHECK(row.text(0).empty());
            CHECK(row.integer(0) == 0);
            CHECK_FALSE(row.is_null(1));
        });
    });
}

TEST_CASE("parameters are bound by their numbers, in any order and more than once") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_values_table(fixture, *connection);
        const std::vector<Value> params = {std::string("one"), std::int64_t{2}};

        connection->execute("insert into v (n, s) values ($2, $1)", params);

        const std::vector<Value> pair = {std::string("one"), std::int64_t{2}};
        CHECK(connection->query_integer("select count(*) from v where n = $2 and s = $1 and n = $2",
                                        pair) == 1);
    });
}

TEST_CASE("a parameter without a value is an error") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_values_table(fixture, *connection);
        const std::vector<Value> one = {std::int64_t{1}};

        CHECK(kind_of([&] { connection->execute("insert into v (n, s) values ($1, $2)", one); }) ==
              ErrorKind::sql);
        CHECK(connection->query_integer("select count(*) from v") == 0);
    });
}

TEST_CASE("execute counts the rows that the statement itself changed") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_values_table(fixture, *connection);

        CHECK(connection->execute("insert into v (n) values (1), (2), (3)") == 3);
        CHECK(connection->execute("update v set s = 'x' where n > 1") == 2);
        CHECK(connection->execute("create table w (n integer)") == 0);
        CHECK(connection->execute("delete from v") == 3);
    });
}

TEST_CASE("a value that is no number is told by its column's name") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();

        const auto error = error_of([&] {
            connection->query("select 'three' as amount", {},
                              [](const Row& row) { row.integer(0); });
        });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::invalid_input);
        CHECK(error->message().find("'amount'") != std::string::npos);
    });
}

TEST_CASE("two statements in one call are refused") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_values_table(fixture, *connection);

        CHECK(kind_of([&] {
                  connection->execute("insert into v (n) values (1); delete from v");
              }) == ErrorKind::sql);
        CHECK(connection->query_integer("select count(*) from v") == 0);
    });
}

}  // namespace keel::conformance
