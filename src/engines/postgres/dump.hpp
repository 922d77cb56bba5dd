#pragma once

#include "db/dumper.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::postgres {

/// Schema by pg_dump, in two sections around the rows; rows by COPY in text form, one stream
/// "table/N" a table; large objects in one stream of their own; all on one exported snapshot.
class PostgresDumper final : public Dumper {
  public:
    explicit PostgresDumper(const EngineOptions& options) : options_(options) {}

    DumpContent dump(Connection& connection, const DatabaseUrl& url, StreamWriter& streams,
                     const Context& context) const override;
    StagedDatabase stage(const DumpContent& content, StreamReader& streams,
                         const StageOptions& options, const Context& context) const override;
    SchemaModel read_schema(const DumpContent& content, StreamReader& streams,
                            const DumpedSchemaOptions& options,
                            const Context& context) const override;

  private:
    EngineOptions options_;
};

}  // namespace keel::postgres
