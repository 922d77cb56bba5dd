#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "db/engine.hpp"
#include "ops/kit/schema_prove.hpp"

namespace keel::test {

/// An engine with scratch databases to build schemas in.
class SchemaServer {
  public:
    explicit SchemaServer(EngineKind kind);

    const Engine& engine() const { return *engine_; }
    EngineKind kind() const { return engine_->kind(); }
    const SchemaTools& tools() const { return engine_->schema_tools(); }
    /// The same one each time, emptied.
    Connection& empty_database();
    Connection& empty_database_with(std::string_view script);
    /// The schema that a script makes in an empty database.
    SchemaModel model_of(std::string_view script);
    ProvenPlan prove(const SchemaModel& from, const SchemaModel& to, bool online = false,
                     std::vector<SchemaRename> renames = {});
    /// The same, from the scripts that make the two.
    ProvenPlan prove(std::string_view from, std::string_view to, bool online = false);

  private:
    std::unique_ptr<Engine> engine_;
    DatabaseUrl url_;
    std::unique_ptr<ScratchDatabase> scratch_;
};

bool has_postgres();

/// Runs `body` for each engine that this machine has.
void on_each_server(const std::function<void(SchemaServer&)>& body);

/// The statements up, one a line.
std::string up_of(const ProvenPlan& plan);

}  // namespace keel::test
