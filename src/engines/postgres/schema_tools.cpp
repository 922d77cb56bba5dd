#include "engines/postgres/schema_tools.hpp"

#include "engines/postgres/database_state.hpp"
#include "engines/postgres/schema_plan.hpp"
#include "engines/postgres/schema_read.hpp"
#include "engines/postgres/side_database.hpp"
#include "engines/postgres/staging.hpp"

namespace keel::postgres {
namespace {

/// A staging database that is never kept: a killed run's is found and dropped by keel recover.
class PostgresScratch final : public ScratchDatabase {
  public:
    PostgresScratch(const ScratchOptions& options, const EngineOptions& engine,
                    const Context& context)
        : options_{.target = options.url, .run_id = options.run_id},
          staging_(options_, engine, context) {
        auto& server = staging_.maintenance();
        auto state = read_database_state(server, Server(options_.target, engine).database());
        if (!state) state = read_database_state(server, "template1");
        staging_.create(state.value_or(Json()));
        connection_ = staging_.connect();
    }

    Connection& connection() override { return *connection_; }

  private:
    StageOptions options_;
    Staging staging_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace

SchemaModel PostgresSchemaTools::read(Connection& connection) const {
    return read_schema(connection);
}

SchemaModel PostgresSchemaTools::blank() const {
    return blank_schema();
}

std::vector<SchemaStep> PostgresSchemaTools::plan(const SchemaModel& from, const SchemaModel& to,
                                                  const SchemaPlanOptions& options) const {
    return plan_schema(from, to, {.online = options.online, .inline_keys = true});
}

SchemaSections PostgresSchemaTools::write(const SchemaModel& model) const {
    return write_schema(model);
}

std::string PostgresSchemaTools::rename(const SchemaRename& rename) const {
    return rename_statement(rename);
}

std::vector<SchemaRename> PostgresSchemaTools::same_but_name(const SchemaModel& from,
                                                             const SchemaModel& to) const {
    return find_same_but_name(from, to);
}

std::unique_ptr<ScratchDatabase> PostgresSchemaTools::make_scratch(const ScratchOptions& options,
                                                                   const Context& context) const {
    return std::make_unique<PostgresScratch>(options, options_, context);
}

}  // namespace keel::postgres
