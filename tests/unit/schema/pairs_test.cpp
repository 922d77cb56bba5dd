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
