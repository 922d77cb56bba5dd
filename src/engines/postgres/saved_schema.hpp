#pragma once

#include <vector>

#include "db/table_archive.hpp"
#include "engines/postgres/engine.hpp"
#include "engines/postgres/table_parts.hpp"

namespace keel::postgres {

/// How the tables of a backup are made.
struct SavedSchema {
    SchemaModel model;
    std::vector<NamedTable> tables;  ///< partitioned ones too
    /// False: this role may make no database to find out in. Then tables come back only where they
    /// are as they were.
    bool is_known = true;
};

/// Without the foreign keys whose other table is not among them.
SavedSchema without_references(SavedSchema saved);

/// A whole backup has it as SQL, which is tried in a scratch database; a backup of tables has the
/// model itself.
SavedSchema read_saved_schema(const TableRestore& restore, const EngineOptions& options,
                              const Context& context);

}  // namespace keel::postgres
