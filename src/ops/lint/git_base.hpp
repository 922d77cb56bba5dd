#pragma once

#include <span>
#include <string>

#include "ops/kit/operation_context.hpp"
#include "ops/lint/rule.hpp"

namespace keel::lint {

/// Fills what `reference` (a branch or a commit) has of the migrations. Throws ErrorKind::usage
/// when git is not there, the project is no repository, or the reference is unknown.
void compare_with_base(OperationContext& context, const std::string& reference,
                       std::span<const Migration> files, Provenance& provenance);

}  // namespace keel::lint
