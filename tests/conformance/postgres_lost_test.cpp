#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "postgres_proxy.hpp"
#include "postgres_support.hpp"

using namespace keel;
using namespace keel::conformance;

namespace {

void terminate(const PostgresDatabase& database, Connection& victim) {
    const std::vector<Value> params = {victim.query_integer("select pg_backend_pid()")};
    database.connect()->query_text("select pg_terminate_backend($1::int, 5000)", params);
}

}  // namespace

TEST_CASE("a COMMIT whose reply is lost is in doubt, whether or not it took effect") {
    const PostgresDatabase database;
    database.connect()->execute("create table t (id int)");
    for (const auto where :
         {CuttingProxy::Where::before_server, CuttingProxy::Where::before_client}) {
        const auto before = database.connect()->query_integer("select count(*) from t");
        // With the NUL that ends a statement on the wire: "commit" is in other texts too.
        const CuttingProxy proxy(std::string("commit\0", 7), where);
        const auto connection = connect_postgres(proxy.url(database.name()));
        connection->begin({});
        connection->execute("insert into t values (1)");

        const auto error = failure_of([&] { connection->commit(); });

        CHECK(error.kind() == ErrorKind::in_doubt);
        CHECK_FALSE(error.hint().empty());
        CHECK_FALSE(connection->is_usable());
        CHECK_FALSE(connection->in_transaction());
        const auto after = database.connect()->query_integer("select count(*) from t");
        CHECK(after - before == (where == CuttingProxy::Where::before_client ? 1 : 0));
    }
}

TEST_CASE("a connection that is known to be dead before COMMIT is unreachable, not in doubt") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    connection->begin({});
    terminate(database, *connection);

    CHECK(failure_of([&] { connection->commit(); }).kind() == ErrorKind::unreachable);
    CHECK_FALSE(connection->is_usable());
}

TEST_CASE("a session that the server ends says why, and every later use says unreachable") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    const auto pid = connection->query_integer("select pg_backend_pid()");
    std::jthread killer([&] {
        const auto other = database.connect();
        for (bool seen = false; !seen;)
            seen = other
                       ->query_text(
                           "select 1 from pg_stat_activity where query like 'select "
                           "pg_sleep%' and state = 'active' and datname = "
                           "current_database()")
                       .has_value();
        const std::vector<Value> params = {pid};
        other->query_text("select pg_terminate_backend($1::int)", params);
    });

    const auto error = failure_of([&] { connection->execute("select pg_sleep(60)"); });

    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(error.message().find("administrator") != std::string::npos);
    CHECK_FALSE(connection->is_usable());
    CHECK(failure_of([&] { connection->execute("select 1"); }).kind() == ErrorKind::unreachable);
    CHECK(failure_of([&] { connection->ping(); }).kind() == ErrorKind::unreachable);
    CHECK_NOTHROW(connection->rollback());
}

TEST_CASE("a wire that is cut inside a statement, a script or a copy is unreachable") {
    const PostgresDatabase database;
    database.connect()->execute("create table t (id int)");
    const auto cut = [&](const std::function<void(Connection&)>& work) {
        const CuttingProxy proxy("marker", CuttingProxy::Where::before_client);
        const auto connection = connect_postgres(proxy.url(database.name()));
        CHECK(failure_of([&] { work(*connection); }).kind() == ErrorKind::unreachable);
        CHECK_FALSE(connection->is_usable());
    };
    cut([](Connection& connection) { connection.query_integer("select 1 as marker"); });
    cut([](Connection& connection) {
        connection.begin({});
        run_script(connection, "select 1; select 2 as marker; select 3;");
    });
    cut([](Connection& connection) {
        connection.copy_out({.schema = "", .table = "", .query = "select 'marker'"})->next();
    });
}
