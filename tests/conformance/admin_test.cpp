#include <doctest/doctest.h>
#include <fmt/format.h>

#include "db/admin.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

void run_torture(EngineFixture& fixture, Connection& connection) {
    const auto script = fixture.engine().dialect().split(fixture.samples().torture_script);
    connection.run_script(script.statements);
}

void make_internal_table(EngineFixture& fixture, Connection& connection) {
    const auto& dialect = fixture.engine().dialect();
    for (const auto& statement : dialect.internal_setup()) connection.execute(statement);
    connection.execute(
        fmt::format("create table {} (key text primary key)", dialect.internal_table("meta")));
}

}  // namespace

TEST_CASE("a database exists from its creation to its end") {
    for_each_engine([](EngineFixture& fixture) {
        const auto& admin = fixture.engine().admin();
        const auto url = fixture.new_address();
        CHECK_FALSE(admin.exists(url));

        admin.create(url);
        CHECK(admin.exists(url));
        CHECK(kind_of([&] { admin.create(url); }) == ErrorKind::already_exists);
        fixture.connect(url)->execute("create table t (n integer)");

        admin.drop(url);
        CHECK_FALSE(admin.exists(url));
        CHECK(error_of([&] { fixture.connect(url, true); }));
        CHECK(admin.find_leftovers(url).empty());
    });
}

TEST_CASE("a dropped database can be made again, and is empty then") {
    for_each_engine([](EngineFixture& fixture) {
        const auto& admin = fixture.engine().admin();
        const auto url = fixture.make_database();
        fixture.connect(url)->execute("create table t (n integer)");

        admin.drop(url);
        admin.create(url);

        CHECK(fixture.engine().inspector().inspect(*fixture.connect(url, true), {}).tables.empty());
    });
}

TEST_CASE("the identity of a database is its own, from wherever it is asked") {
    for_each_engine([](EngineFixture& fixture) {
        const auto& admin = fixture.engine().admin();
        const auto url = fixture.make_database();
        const auto first = admin.identity(*fixture.connect(url));
        const auto again = admin.identity(*fixture.connect(url, true));
        const auto other = admin.identity(*fixture.connect(fixture.make_database()));

        CHECK(first.bound == again.bound);
        CHECK(first.location == again.location);
        CHECK(first.bound != other.bound);
        CHECK(first.location != other.location);
    });
}

TEST_CASE("everything the user made can be dropped at once") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        run_torture(fixture, *connection);
        make_internal_table(fixture, *connection);

        CHECK(fixture.engine().inspector().has_tables(*connection));
        fixture.engine().admin().drop_all(*connection, true);
        CHECK_FALSE(fixture.engine().inspector().has_tables(*connection));

        InspectOptions options;
        options.include_internal = true;
        const auto catalog = fixture.engine().inspector().inspect(*connection, options);
        REQUIRE(catalog.tables.size() == 1);
        CHECK(fixture.engine().dialect().is_internal(catalog.tables[0].schema,
                                                     catalog.tables[0].name));
        CHECK(catalog.views.empty());
        CHECK(catalog.routines.empty());
        CHECK(fixture.engine().inspector().has_internal_table(*connection, "meta"));

        fixture.engine().admin().drop_all(*connection, false);
        CHECK(fixture.engine().inspector().inspect(*connection, options).tables.empty());
        CHECK_FALSE(fixture.engine().inspector().has_internal_table(*connection, "meta"));
        run_torture(fixture, *connection);
    });
}

TEST_CASE("one lock is held by one at a time, and whoever waits in vain is told by whom") {
    for_each_engine([](EngineFixture& fixture) {
        const auto& admin = fixture.engine().admin();
        const QuietContext context;
        const auto url = fixture.make_database();
        const auto holder = fixture.connect(url);
        const auto waiter = fixture.connect(url);
        auto lock = admin.acquire_lock(*holder, {.holder = "keel migrate up", .wait = {}}, context);

        const LockOptions impatient{.holder = "keel db reset",
                                    .wait = std::chrono::milliseconds(120)};
        const auto error = error_of([&] { admin.acquire_lock(*waiter, impatient, context); });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::locked);
        CHECK(error->message().find("keel migrate up") != std::string::npos);
        lock.reset();
        CHECK(admin.acquire_lock(*waiter, impatient, context) != nullptr);
    });
}

TEST_CASE("locks of different databases do not meet") {
    for_each_engine([](EngineFixture& fixture) {
        const auto& admin = fixture.engine().admin();
        const QuietContext context;
        const auto first = fixture.fresh_connection();
        const auto second = fixture.fresh_connection();
        const LockOptions options{.holder = "keel", .wait = {}};

        const auto one = admin.acquire_lock(*first, options, context);
        const auto two = admin.acquire_lock(*second, options, context);

        CHECK(one != nullptr);
        CHECK(two != nullptr);
    });
}

TEST_CASE("a healthy database has no findings") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        connection->execute("create table t (n integer primary key)");

        CHECK(fixture.engine().admin().check(*connection, false).empty());
        CHECK(fixture.engine().admin().check(*connection, true).empty());
    });
}

TEST_CASE("the figures of a database are there") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        connection->execute("create table t (n integer primary key)");

        const auto info = fixture.engine().admin().info(*connection);

        CHECK_FALSE(info.version.empty());
        CHECK(info.size_bytes > 0);
        CHECK_FALSE(info.database.empty());
        CHECK_FALSE(info.encoding.empty());
        CHECK_FALSE(info.settings.empty());
    });
}

}  // namespace keel::conformance
