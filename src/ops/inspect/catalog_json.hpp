#pragma once

#include "base/json.hpp"
#include "model/catalog.hpp"

namespace keel {

/// How much of a catalog's figures can be believed.
struct CatalogFigures {
    bool rows_exact = false;  ///< otherwise the engine's estimate
    bool sizes_known = false;
};

/// The `result` of `keel inspect`: docs/reference/json.md. Unknown figures are null, never 0.
Json catalog_json(const Catalog& catalog, const CatalogFigures& figures);

}  // namespace keel
