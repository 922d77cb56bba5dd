#include "engines/sqlite/inspect.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/catalog_reader.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/schema_text.hpp"

namespace keel::sqlite {

Catalog SqliteInspector::inspect(Connection& connection, const InspectOptions& options) const {
    if (connection.in_transaction()) return CatalogReader(connection, options).read();
    Transaction snapshot(connection, {.read_only = true, .isolation = {}, .snapshot = {}});
    auto catalog = CatalogReader(connection, options).read();
    snapshot.rollback();
    return catalog;
}

std::string SqliteInspector::fingerprint(Connection& connection) const {
    Digest digest;
    connection.query(
        "select type, name, tbl_name, sql from sqlite_schema "
        "where sql is not null and name not like 'sqlite\\_%' escape '\\' order by type, name",
        {}, [&](const Row& row) {
            if (is_internal_table(row.text(2))) return;
            for (std::size_t column = 0; column < 3; ++column) {
                digest.update(row.text(column));
                digest.update(std::string_view("\0", 1));
            }
            digest.update(normalize_sql(row.text(3)));
            digest.update(std::string_view("\0", 1));
        });
    return digest.finish_hex();
}

bool SqliteInspector::has_internal_table(Connection& connection, std::string_view name) const {
    const std::vector<Value> params = {fmt::format("keel_{}", name)};
    return connection
        .query_text("select 1 from sqlite_schema where type = 'table' and name = $1", params)
        .has_value();
}

bool SqliteInspector::has_tables(Connection& connection) const {
    bool found = false;
    connection.query(
        "select name from sqlite_schema where type = 'table'", {}, [&](const Row& row) {
            found =
                found || !(row.text(0).starts_with("sqlite_") || is_internal_table(row.text(0)));
        });
    return found;
}

}  // namespace keel::sqlite
