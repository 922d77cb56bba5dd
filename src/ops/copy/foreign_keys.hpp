#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "db/dialect.hpp"
#include "db/row_port.hpp"
#include "model/catalog.hpp"

namespace keel {

/// A foreign key, with the columns that it means where the schema leaves them out.
struct TableReference {
    const Table* child = nullptr;
    const Table* parent = nullptr;
    const Constraint* constraint = nullptr;
    std::vector<std::string> parent_columns;

    /// "orders (user_id) to users".
    std::string shown() const;
};

/// Those whose parent is in the catalog. Points into it.
std::vector<TableReference> foreign_keys_of(const Catalog& catalog);

/// The table whose partition it is, however deep; itself for all others.
const Table* root_of(const Catalog& catalog, const Table* table);

/// Those from or to one of `tables`.
std::vector<TableReference> foreign_keys_around(const Catalog& catalog,
                                                std::span<const TableId> tables);

/// Rows that refer to a row that is not there.
std::uint64_t count_dangling(Connection& connection, const Dialect& dialect,
                             const TableReference& key);

}  // namespace keel
