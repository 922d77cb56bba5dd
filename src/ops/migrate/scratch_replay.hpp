#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/migration.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// What a series of migrations makes of an empty database.
struct ReplayResult {
    std::string fingerprint;
    std::map<std::string, std::int64_t> rows;  ///< by table, those that have none left out

    bool operator==(const ReplayResult&) const = default;
};

/// Applies the migrations, in their order, to an empty database that is made beside the
/// environment's (on its server; a temporary file for SQLite) and taken away again. Throws what
/// applying them throws.
ReplayResult replay_in_scratch(OperationContext& context,
                               const std::vector<const Migration*>& migrations);

}  // namespace keel
