#pragma once

#include <memory>

#include "ops/copy/request.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// Rows of tables that both databases have: in place of the target's, or merged into them.
std::unique_ptr<Operation> make_copy_rows(const CopyRequest& request, const OptionValues& options);

}  // namespace keel
