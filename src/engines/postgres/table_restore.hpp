#pragma once

#include <memory>

#include "db/table_archive.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::postgres {

/// See TableArchive::prepare.
std::unique_ptr<TableRestorer> make_table_restorer(const TableRestore& restore,
                                                   const EngineOptions& options,
                                                   const Context& context);

}  // namespace keel::postgres
