#pragma once

#include <string>
#include <vector>

#include "db/dialect.hpp"
#include "model/catalog.hpp"
#include "model/database_url.hpp"

namespace keel {

/// A table as the other engine would have it: the subset of docs/reference/type-conversion.md.
struct PortableTable {
    Table table;                            ///< what the catalog will say of it
    std::string create;                     ///< made before its rows
    std::vector<std::string> indexes;       ///< made after its rows
    std::vector<std::string> foreign_keys;  ///< once every table has its keys; SQLite: none
    std::vector<std::string> not_carried;   ///< what is left behind, for people
};

/// `tables` are the source's; `to` is the engine for which they are made. Pure.
std::vector<PortableTable> make_portable_tables(const std::vector<const Table*>& tables,
                                                EngineKind to, const Dialect& dialect);

}  // namespace keel
