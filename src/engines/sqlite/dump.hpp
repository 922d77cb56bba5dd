#pragma once

#include "db/dumper.hpp"

namespace keel::sqlite {

/// A backup is the file itself, in one stream named "database", as SQLite's backup API copies it.
class SqliteDumper final : public Dumper {
  public:
    DumpContent dump(Connection& connection, const DatabaseUrl& url, StreamWriter& streams,
                     const Context& context) const override;
    StagedDatabase stage(const DumpContent& content, StreamReader& streams,
                         const StageOptions& options, const Context& context) const override;
    SchemaModel read_schema(const DumpContent& content, StreamReader& streams,
                            const DumpedSchemaOptions& options,
                            const Context& context) const override;
};

}  // namespace keel::sqlite
