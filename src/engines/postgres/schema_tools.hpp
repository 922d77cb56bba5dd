#pragma once

#include "db/schema_tools.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::postgres {

class PostgresSchemaTools final : public SchemaTools {
  public:
    explicit PostgresSchemaTools(const EngineOptions& options) : options_(options) {}

    SchemaModel read(Connection& connection) const override;
    SchemaModel blank() const override;
    std::vector<SchemaStep> plan(const SchemaModel& from, const SchemaModel& to,
                                 const SchemaPlanOptions& options) const override;
    SchemaSections write(const SchemaModel& model) const override;
    std::string rename(const SchemaRename& rename) const override;
    std::vector<SchemaRename> same_but_name(const SchemaModel& from,
                                            const SchemaModel& to) const override;
    std::unique_ptr<ScratchDatabase> make_scratch(const ScratchOptions& options,
                                                  const Context& context) const override;

  private:
    EngineOptions options_;
};

}  // namespace keel::postgres
