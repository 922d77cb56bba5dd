#pragma once

#include <optional>
#include <string>
#include <vector>

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

/// A database is about to be made beside the environment's. Throws ErrorKind::refused where a test
/// run may not.
void require_may_stage(OperationContext& context);

}  // namespace keel
