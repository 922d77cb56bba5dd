#include "servers.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/environment_variables.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/dialect.hpp"
#include "engines/postgres/engine.hpp"
#include "engines/sqlite/engine.hpp"

namespace keel::test {
namespace {

const Context& quiet() {
    static const SystemClock clock;
    static const Context context{
        .stop = {}, .progress = no_progress(), .logger = no_logger(), .clock = clock};
    return context;
}

std::string server() {
    return process_environment()("KEEL_TEST_POSTGRES").value_or("");
}

DatabaseUrl address(EngineKind kind) {
    if (kind == EngineKind::sqlite) return DatabaseUrl::parse("sqlite:/tmp/none.db", "/");
    return DatabaseUrl::parse("postgresql://keel@/schema_tests?host=" + server() + "/socket", "/");
}

}  // namespace

bool has_postgres() {
    return !server().empty();
}

SchemaServer::SchemaServer(EngineKind kind)
    : engine_(kind == EngineKind::sqlite ? sqlite::make_engine() : postgres::make_engine()),
      url_(address(kind)) {}

Connection& SchemaServer::empty_database() {
    if (!scratch_)
        scratch_ = tools().make_scratch({.url = url_, .run_id = new_uuid().substr(0, 13)}, quiet());
    auto& connection = scratch_->connection();
    engine().admin().drop_all(connection, false);
    return connection;
}

Connection& SchemaServer::empty_database_with(std::string_view script) {
    auto& connection = empty_database();
    connection.run_script(engine().dialect().split(script).statements);
    return connection;
}

SchemaModel SchemaServer::model_of(std::string_view script) {
    return tools().read(empty_database_with(script));
}

ProvenPlan SchemaServer::prove(const SchemaModel& from, const SchemaModel& to, bool online,
                               std::vector<SchemaRename> renames) {
    return prove_plan(engine(), empty_database(), from, to,
                      {.online = online, .renames = std::move(renames)}, quiet());
}

ProvenPlan SchemaServer::prove(std::string_view from, std::string_view to, bool online) {
    return prove(model_of(from), model_of(to), online);
}

void on_each_server(const std::function<void(SchemaServer&)>& body) {
    SUBCASE("sqlite") {
        SchemaServer server(EngineKind::sqlite);
        body(server);
    }
    SUBCASE("postgres") {
        if (!has_postgres()) return;
        SchemaServer server(EngineKind::postgres);
        body(server);
    }
}

std::string up_of(const ProvenPlan& plan) {
    std::string text;
    for (const auto& phase : plan.phases)
        for (const auto& step : phase.up) text += step.sql + "\n";
    return text;
}

}  // namespace keel::test
