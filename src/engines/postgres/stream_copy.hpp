#pragma once

#include <vector>

#include "db/copier.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::postgres {

/// Copier::stage by streams of rows.
CopiedDatabase copy_as_rows(const CopyOptions& options, const EngineOptions& engine_options,
                            const Context& context);

/// Copier::digest.
std::vector<TableContent> digest_tables(const ConnectOptions& source, const Context& context);

}  // namespace keel::postgres
