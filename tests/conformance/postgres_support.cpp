#include "postgres_support.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::conformance {

std::string postgres_directory() {
    const char* directory = std::getenv("KEEL_TEST_POSTGRES");
    return directory == nullptr ? "" : directory;
}

const Engine& postgres_engine() {
    static const auto engine = postgres::make_engine({.ignore_ambient = true});
    return *engine;
}

DatabaseUrl postgres_url(std::string_view database) {
    return DatabaseUrl::parse(
        fmt::format("postgresql://owner@/{}?host={}/socket", database, postgres_directory()), "/");
}

std::unique_ptr<Connection> connect_postgres(const DatabaseUrl& url, bool read_only) {
    ConnectOptions options;
    options.url = url;
    options.read_only = read_only;
    return postgres_engine().connect(options);
}

std::string new_database_name() {
    return "t_" + replace_all(new_uuid(), "-", "").substr(0, 12);
}

void drop_postgres_databases(const std::string& name) {
    const auto maintenance = connect_postgres(postgres_url("postgres"));
    const std::vector<Value> params = {name + "%"};
    for (const auto& row :
         maintenance->query_rows("select datname from pg_database where datname like $1", params))
        maintenance->execute(fmt::format("drop database if exists {} with (force)",
                                         postgres_engine().dialect().quote(row.at(0))));
}

PostgresDatabase::PostgresDatabase() : name_(new_database_name()) {
    connect_postgres(postgres_url("postgres"))->execute("create database " + name_);
}

PostgresDatabase::~PostgresDatabase() {
    drop_postgres_databases(name_);
}

void end_sessions_of(const std::string& run_id) {
    const auto maintenance = connect_postgres(postgres_url("postgres"));
    const std::vector<Value> params = {"%" + run_id};
    constexpr int most_rounds = 60;
    for (int round = 0; round < most_rounds; ++round) {
        // The function waits for each of them, for a second at most.
        const auto left = maintenance->query_integer(
            "select count(pg_terminate_backend(pid, 1000)) from pg_stat_activity where "
            "application_name like $1 and pid <> pg_backend_pid()",
            params);
        if (left == 0) return;
    }
    FAIL("sessions of a run that was cut off do not end");
}

void run_script(Connection& connection, std::string_view script) {
    connection.run_script(postgres_engine().dialect().split(script).statements);
}

Error failure_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error;
    }
    FAIL("no error was thrown");
    return {ErrorKind::internal, ""};
}

}  // namespace keel::conformance
