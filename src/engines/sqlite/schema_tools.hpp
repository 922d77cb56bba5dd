#pragma once

#include "db/schema_tools.hpp"

namespace keel::sqlite {

/// Objects are what sqlite_schema holds, and the columns of tables. Compared are canonical texts;
/// the order of columns is not.
class SqliteSchemaTools final : public SchemaTools {
  public:
    SchemaModel read(Connection& connection) const override;
    SchemaModel blank() const override;
    std::vector<SchemaStep> plan(const SchemaModel& from, const SchemaModel& to,
                                 const SchemaPlanOptions& options) const override;
    SchemaSections write(const SchemaModel& model) const override;
    std::string rename(const SchemaRename& rename) const override;
    std::unique_ptr<ScratchDatabase> make_scratch(const ScratchOptions& options,
                                                  const Context& context) const override;
};

}  // namespace keel::sqlite
