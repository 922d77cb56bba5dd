#pragma once

#include <string>
#include <string_view>

#include "db/connection.hpp"
#include "model/catalog.hpp"

namespace keel {

enum class RowCounts { none, estimate, exact };

struct InspectOptions {
    std::string schema;  ///< empty: all but the system's
    std::string table;   ///< empty: all
    RowCounts rows = RowCounts::none;
    bool sizes = false;
    bool include_internal = false;  ///< Keel's own tables
};

/// Reads the catalog. Everything is read from one database snapshot.
class Inspector {
  public:
    virtual ~Inspector() = default;
    virtual Catalog inspect(Connection& connection, const InspectOptions& options) const = 0;
    /// Digest of the schema (Keel's own tables excluded), without building a Catalog where that is
    /// faster.
    virtual std::string fingerprint(Connection& connection) const = 0;
    /// Whether Keel's own table of that short name ("meta", "migrations") is there; works inside a
    /// transaction.
    virtual bool has_internal_table(Connection& connection, std::string_view name) const = 0;
    /// Whether users have any table at all: what `inspect` lists, Keel's own excluded.
    virtual bool has_tables(Connection& connection) const = 0;
};

}  // namespace keel
