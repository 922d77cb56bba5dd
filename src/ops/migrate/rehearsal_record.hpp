#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "model/migration.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// A migration that went well in a rehearsal: that very file, from that very schema.
struct RehearsedFile {
    std::string checksum;
    std::string schema_before;  ///< fingerprints
    std::string schema_after;
};

/// Data moves on, so a rehearsal counts for so long.
constexpr std::chrono::hours rehearsal_lifetime{7 * 24};

/// Remembers, beside the project in .keel/rehearsals.json, what was rehearsed well on the
/// operation's environment, and when. Forgets what is too old to count.
void remember_rehearsed(OperationContext& context, const std::vector<RehearsedFile>& files);

/// Those of `migrations`, which would be applied in this order to a schema with that fingerprint,
/// that were not rehearsed well like this within `rehearsal_lifetime`: on the operation's
/// environment, or on one of kind staging.
std::vector<const Migration*> not_rehearsed(OperationContext& context,
                                            const std::vector<const Migration*>& migrations,
                                            const std::string& fingerprint);

}  // namespace keel
