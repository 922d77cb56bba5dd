#pragma once

#include <vector>

#include "model/report.hpp"
#include "ops/inspect/catalog_json.hpp"

namespace keel {

/// Which lists a person asked for.
struct CatalogSections {
    bool tables = false;
    bool indexes = false;
    bool constraints = false;
    bool triggers = false;
    bool functions = false;
    bool views = false;
};

/// The lists asked for, one table of text each; names carry their schema when there are several.
std::vector<Block> catalog_lists(const Catalog& catalog, const CatalogSections& sections,
                                 const CatalogFigures& figures);

/// Everything about one table.
std::vector<Block> table_details(const Table& table, const CatalogFigures& figures);

}  // namespace keel
