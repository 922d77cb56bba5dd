#include <doctest/doctest.h>

#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/inspector.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

DatabaseUrl make_guarded_database(EngineFixture& fixture) {
    auto url = fixture.make_database();
    const auto connection = fixture.connect(url);
    connection->execute("create table t (id integer primary key, s text)");
    connection->execute("insert into t values (1, 'one'), (2, 'two')");
    connection->execute("create index t_s on t (s)");
    connection->execute("create view w as select s from t");
    return url;
}

/// Tries one statement alone and in a transaction. That it fails is as good as that it does
/// nothing.
void attempt(Connection& connection, const std::string& sql) {
    error_of([&] { connection.query(sql, {}, [](const Row&) {}); });
    error_of([&] {
        if (!connection.in_transaction()) connection.begin({});
        connection.execute(sql);
        connection.commit();
    });
    error_of([&] { connection.rollback(); });
}

}  // namespace

TEST_CASE("nothing that a read-only session is told to do changes anything") {
    for_each_engine([](EngineFixture& fixture) {
        const auto& attempts = fixture.samples().write_attempts;
        REQUIRE(attempts.size() >= 30);
        const auto url = make_guarded_database(fixture);
        for (const auto& sql : attempts) {
            CAPTURE(sql);
            const auto before = fixture.observe(url);

            attempt(*fixture.connect(url, true), sql);

            CHECK(fixture.observe(url) == before);
        }
    });
}

TEST_CASE("a read-only session stays one, whatever it was told") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = make_guarded_database(fixture);
        const auto before = fixture.observe(url);
        {
            const auto connection = fixture.connect(url, true);
            for (const auto& sql : fixture.samples().write_attempts) {
                attempt(*connection, sql);
                if (!connection->is_usable()) break;
            }
            CHECK(error_of([&] { connection->execute("insert into t values (3, 'three')"); }));
        }
        CHECK(fixture.observe(url) == before);
    });
}

TEST_CASE("a write in a read-only session is refused with a message that says so") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = make_guarded_database(fixture);
        const auto connection = fixture.connect(url, true);

        const auto error = error_of([&] { connection->execute("delete from t"); });

        REQUIRE(error);
        CHECK((error->kind() == ErrorKind::refused || error->kind() == ErrorKind::sql));
        CHECK(to_lower(error->message()).find("read-only") != std::string::npos);
    });
}

TEST_CASE("a read-only session reads everything, schema and transactions included") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = make_guarded_database(fixture);
        const auto connection = fixture.connect(url, true);

        connection->begin({.read_only = true, .isolation = {}, .snapshot = {}});
        CHECK(connection->query_integer("select count(*) from t") == 2);
        connection->rollback();

        InspectOptions options;
        options.rows = RowCounts::exact;
        const auto catalog = fixture.engine().inspector().inspect(*connection, options);
        REQUIRE(catalog.tables.size() == 1);
        CHECK(catalog.tables.front().rows == 2);
        CHECK(catalog.views.size() == 1);
        CHECK(fixture.engine().admin().check(*connection, true).empty());
        CHECK_FALSE(fixture.engine().admin().info(*connection).version.empty());
    });
}

}  // namespace keel::conformance
