#pragma once

#include <functional>
#include <memory>
#include <span>

#include "db/new_database.hpp"
#include "ops/copy/portable_tables.hpp"
#include "ops/copy/rows_loader.hpp"
#include "ops/copy/table_flow.hpp"

namespace keel {

/// What load_new_rows works on. All must outlive the call.
struct NewRows {
    const RowRoute& route;
    Connection& source;                                           ///< reads nothing yet
    std::function<std::unique_ptr<Connection>()> connect_source;  ///< others beside it
    NewDatabase& target;
    const Catalog& target_catalog;
    const RowPairs& pairs;
    std::span<const PortableTable> made;                ///< every table of the target
    std::function<void(Connection&)> on_snapshot = {};  ///< once the source's state stands still
    const Context& context;
};

/// Fills a new database with rows of another engine's: tables side by side as far as both engines
/// allow it, in one state of the source; each read back and compared, its indexes made as soon as
/// its rows are in, foreign keys checked at the end. Throws as RowsLoader::run does.
LoadedRows load_new_rows(const NewRows& parts);

}  // namespace keel
