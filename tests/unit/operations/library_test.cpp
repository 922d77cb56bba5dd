// What an application that is linked with the library adds of its own.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "each_engine.hpp"

namespace keel {
namespace {

void double_it(sqlite3_context* context, int, sqlite3_value** values) noexcept {
    sqlite3_result_int64(context, 2 * sqlite3_value_int64(values[0]));
}

void register_function(Connection& connection, EngineKind kind) {
    if (kind == EngineKind::postgres) return;
    sqlite3_create_function_v2(static_cast<sqlite3*>(connection.raw()), "shop_double", 1,
                               SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
                               double_it, nullptr, nullptr, nullptr);
}

}  // namespace

TEST_CASE("SQL functions that the application registers are there for migrations and rehearsals") {
    on_each_engine([](TestProject& project) {
        const bool is_sqlite = project.kind() == EngineKind::sqlite;
        project.execute({});  // makes the database: there is nothing to rehearse on without one
        project.add_migration("1_t", "create table t (n int);", "drop table t;");
        project.add_migration(
            "2_rows",
            std::string("insert into t values (") + (is_sqlite ? "shop_double(21)" : "42") + ");",
            "delete from t;");
        if (is_sqlite) CHECK_FALSE(project.run("migrate up").ok());
        int connections = 0;
        project.extensions.on_connect = [&](Connection& connection, EngineKind kind) {
            ++connections;
            register_function(connection, kind);
        };

        const Report rehearsal = project.run("migrate rehearse");
        REQUIRE_MESSAGE(rehearsal.ok(), error_of(rehearsal));
        CHECK(connections >= 2);
        const Report up = project.run("migrate up");
        REQUIRE_MESSAGE(up.ok(), error_of(up));
        CHECK(project.connect()->query_integer("select n from t") == 42);
    });
}

TEST_CASE("migrations and hooks of the application run through its workspace") {
    on_each_engine([](TestProject& project) {
        int calls = 0;
        project.extensions.migrations.push_back({.version = "2",
                                                 .name = "coded",
                                                 .revision = "1",
                                                 .up =
                                                     [](const MigrationCall& call) {
                                                         call.connection.execute(
                                                             "create table coded (id int)");
                                                     },
                                                 .down = {},
                                                 .verify = {}});
        project.extensions.hooks.push_back({.point = HookPoint::after_all,
                                            .name = "count",
                                            .run = [&calls](const MigrationCall&) { ++calls; }});
        project.add_migration("1_t", "create table t (n int);", "drop table t;");

        const Report up = project.run("migrate up");

        REQUIRE_MESSAGE(up.ok(), error_of(up));
        CHECK(up.result.at("applied").as_array().size() == 2);
        CHECK(calls == 1);
        const Report status = project.run("migrate status");
        CHECK(status.result.at("pending").as_array().empty());
        CHECK(status.result.at("missing").as_array().empty());
    });
}

}  // namespace keel
