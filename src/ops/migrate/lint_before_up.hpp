#pragma once

#include <span>
#include <string>
#include <vector>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// Holds what is about to be applied to the rules of `keel migrate lint`, as [lint] before_up says.
/// Returns the errors found, as warnings for the report. Throws ErrorKind::refused, with the place
/// of the first, where the project wants it.
std::vector<std::string> lint_before_up(OperationContext& context, std::span<const Migration> files,
                                        std::span<const Migration* const> pending);

}  // namespace keel
