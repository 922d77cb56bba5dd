#pragma once

#include <compare>
#include <string>

namespace keel {

/// One table, by the names that the catalog has. On SQLite the schema is empty.
struct TableName {
    std::string schema;
    std::string name;

    auto operator<=>(const TableName&) const = default;
};

}  // namespace keel
