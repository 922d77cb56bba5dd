#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/streams.hpp"
#include "db/dumper.hpp"
#include "ops/kit/operation_context.hpp"
#include "repository/repository.hpp"

namespace keel {

struct RestoreChoice {
    Manifest manifest;
    std::vector<std::string> notices;  ///< what the person should know about the choice
};

/// The backup that is to be restored: `wanted`, or without it what `undo` means. Throws for one
/// that is damaged, closed to this key, or of another engine than the operation's environment.
RestoreChoice choose_for_restore(OperationContext& context,
                                 const std::optional<std::string>& wanted);

/// The backup's database, or its tables, in a private database beside the environment's, compared
/// with what the manifest says.
StagedDatabase stage_backup(OperationContext& context, const Manifest& manifest,
                            StreamReader& streams);

/// A database is about to be made beside the environment's. Throws ErrorKind::refused where a test
/// run may not.
void require_may_stage(OperationContext& context);

}  // namespace keel
