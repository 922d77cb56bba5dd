#include <doctest/doctest.h>

#include <algorithm>

#include "base/environment_variables.hpp"
#include "base/text.hpp"
#include "db/inspector.hpp"
#include "generator.hpp"
#include "servers.hpp"

namespace keel::test {
namespace {

/// How many pairs are tried, and from which on: `make check` and whoever hunts a fault say more.
std::uint64_t number_of(const char* variable, std::uint64_t usual) {
    const auto text = process_environment()(variable);
    return text ? parse_unsigned(*text).value_or(usual) : usual;
}

/// What a schema is, said by the inspector, which has nothing to do with plans. Columns of
/// PostgreSQL and SQLite tables stand in no order here.
std::string inspected(SchemaServer& server, Connection& connection) {
    auto catalog = server.engine().inspector().inspect(connection, {});
    for (auto& table : catalog.tables) {
        std::ranges::sort(table.columns, {}, &Column::name);
        for (auto& column : table.columns) column.position = 0;
        std::ranges::sort(table.constraints, {}, &Constraint::definition);
    }
    return catalog.fingerprint();
}

void try_pair(SchemaServer& server, const std::string& from, const std::string& to, bool online) {
    CAPTURE(from);
    CAPTURE(to);
    const auto wanted = server.model_of(to);
    const auto now = server.model_of(from);
    try {
        const auto plan = server.prove(now, wanted, online);
        CHECK(plan.is_equal() == differences(now, wanted).empty());
    } catch (const Error& error) {
        FAIL_CHECK(error.message() << "\n" << join(error.trail(), "\n"));
    }
}

}  // namespace

TEST_CASE("a plan between generated schemas leads there and back") {
    on_each_server([](SchemaServer& server) {
        const bool is_postgres = server.kind() == EngineKind::postgres;
        const auto pairs = number_of("KEEL_TEST_PAIRS", is_postgres ? 4 : 40);
        const auto first = number_of("KEEL_TEST_FIRST_PAIR", 1);
        for (auto seed = first; seed < first + pairs; ++seed) {
            CAPTURE(seed);
            const unsigned percent = seed % 3 == 0 ? 100 : seed % 3 == 1 ? 10 : 35;
            const auto from = generate_schema(server.kind(), Choices(seed));
            const auto to = generate_schema(server.kind(), Choices(seed, seed + 1000, percent));
            try_pair(server, from, to, is_postgres && seed % 2 == 0);
        }
    });
}

TEST_CASE("what the inspector sees after a plan is what it sees in the wanted schema") {
    on_each_server([](SchemaServer& server) {
        for (const std::uint64_t seed : {5U, 7U}) {
            CAPTURE(seed);
            const auto to = generate_schema(server.kind(), Choices(seed, seed + 1000, 35));
            const auto wanted = server.model_of(to);
            const auto expected = inspected(server, server.empty_database_with(to));
            const auto now = server.model_of(generate_schema(server.kind(), Choices(seed)));
            const auto plan = server.prove(now, wanted);
            auto& connection = server.empty_database();
            build_schema(server.engine(), connection, now);

            for (const auto& phase : plan.phases)
                for (const auto& step : phase.up) connection.execute(step.sql);

            CHECK(inspected(server, connection) == expected);
        }
    });
}

}  // namespace keel::test
