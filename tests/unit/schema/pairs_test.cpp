#include <doctest/doctest.h>

#include "base/environment_variables.hpp"
#include "base/text.hpp"
#include "servers.hpp"
#include "written.hpp"

namespace keel::test {
namespace {

const std::vector<std::string>& schemas_of(const SchemaServer& server) {
    return server.kind() == EngineKind::sqlite ? written_schemas_of_sqlite()
                                               : written_schemas_of_postgres();
}

/// What proving throws is told with the statement that failed.
void expect_proof(SchemaServer& server, const SchemaModel& from, const SchemaModel& to,
                  bool online) {
    try {
        const auto plan = server.prove(from, to, online);
        CHECK_FALSE(plan.phases.empty());
    } catch (const Error& error) {
        FAIL_CHECK(error.message() << "\n" << join(error.trail(), "\n"));
    }
}

/// Whether everything is to be tried, as `make check` does.
bool is_thorough() {
    return process_environment()("KEEL_TEST_THOROUGH").has_value();
}

}  // namespace

TEST_CASE("a plan between written schemas leads there and back") {
    on_each_server([](SchemaServer& server) {
        std::vector<SchemaModel> models;
        for (const auto& script : schemas_of(server)) models.push_back(server.model_of(script));
        for (std::size_t from = 0; from < models.size(); ++from) {
            for (std::size_t to = 0; to < models.size(); ++to) {
                const bool is_neighbour = to == from + 1 || to + 1 == from;
                if (from == to || (!is_neighbour && !is_thorough())) continue;
                CAPTURE(from);
                CAPTURE(to);
                expect_proof(server, models[from], models[to], false);
            }
        }
    });
}

TEST_CASE("a plan that locks nobody out for long leads there and back too") {
    SchemaServer server(EngineKind::postgres);
    if (!has_postgres()) return;
    std::vector<SchemaModel> models;
    for (const auto& script : schemas_of(server)) models.push_back(server.model_of(script));
    for (std::size_t from = 0; from + 1 < models.size(); ++from) {
        CAPTURE(from);
        expect_proof(server, models[from], models[from + 1], true);
    }
}

TEST_CASE("what is dropped in a circle, and so apart from its parts, leaves no sequence behind") {
    SchemaServer server(EngineKind::postgres);
    if (!has_postgres()) return;
    constexpr std::string_view before = R"sql(
create type mood as enum ('great', 'sad', 'ok');
create table t0 (id bigint primary key, a boolean, d jsonb, n bigint default 8,
    constraint t0_once unique (a, d));
create table t1 (id bigint primary key, parent bigint references t0 (id), d mood default 'ok');
create table t2 (id serial primary key, parent bigint references t1 (id), b text, c integer,
    constraint t2_once unique (b, c));
create materialized view v0 as select id, a, n from t0;
create table parts (at date not null, n bigint default 1) partition by range (at);
create table parts_old partition of parts for values from (minvalue) to ('2022-01-01');
create index parts_n on parts (n);
)sql";
    constexpr std::string_view after = R"sql(
create type mood as enum ('sad', 'ok');
create table t0 (id integer primary key, a numeric(8,2) default 1.5, b text[] default '{}' not null,
    c mood default 'ok', constraint t0_once unique (a, b));
)sql";
    expect_proof(server, server.model_of(before), server.model_of(after), false);
}

TEST_CASE("between equal schemas there is nothing to do") {
    on_each_server([](SchemaServer& server) {
        for (const auto& script : schemas_of(server)) {
            CAPTURE(script);
            const auto first = server.model_of(script);
            const auto second = server.model_of(script);

            CHECK(differences(first, second).empty());
            CHECK(server.tools().plan(first, second, {}).empty());
        }
    });
}

TEST_CASE("what is written of a schema makes the same schema again") {
    on_each_server([](SchemaServer& server) {
        for (const auto& script : schemas_of(server)) {
            CAPTURE(script);
            const auto model = server.model_of(script);
            auto& connection = server.empty_database();

            build_schema(server.engine(), connection, model);

            CHECK(summarize(differences(model, server.tools().read(connection))) == "");
        }
    });
}

}  // namespace keel::test
