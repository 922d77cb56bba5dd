#pragma once

#include <memory>

#include "ops/copy/request.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// The target gets the source's schema by a proven plan, in one transaction; its rows stay. What
/// would lose rows or values is refused, with the list.
std::unique_ptr<Operation> make_copy_schema(const CopyRequest& request);

}  // namespace keel
