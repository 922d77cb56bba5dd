#pragma once

#include <memory>

#include "db/connection.hpp"
#include "engines/sqlite/database.hpp"

namespace keel::sqlite {

/// Both keep a reference to `database`, which must outlive them.
std::unique_ptr<RowSource> make_row_source(Database& database, const CopySpec& spec);
std::unique_ptr<RowSink> make_row_sink(Database& database, const CopySpec& spec);

/// Columns of a table that can be written: no generated and no hidden ones, in their order, with
/// their declared types. Throws ErrorKind::not_found when there is no such table.
struct WritableColumn {
    std::string name;
    std::string type;
};
std::vector<WritableColumn> writable_columns(Database& database, std::string_view schema,
                                             std::string_view table);

}  // namespace keel::sqlite
