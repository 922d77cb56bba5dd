#pragma once

#include <optional>

#include "db/copier.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::postgres {

/// Copier::stage by CREATE DATABASE … TEMPLATE: nothing when it may not be (another server, a
/// session on the source, missing rights), with the reason in the log.
std::optional<CopiedDatabase> copy_as_template(const CopyOptions& options,
                                               const EngineOptions& engine_options,
                                               const Context& context);

}  // namespace keel::postgres
