#pragma once

#include <memory>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// `keel db reset`: drops everything that is the user's and the history with it, in one
/// transaction, then applies all migrations (unless --empty). The marker and the audit log's anchor
/// stay. If the migrations then fail, the database is empty and the safety backup brings it back.
std::unique_ptr<Operation> make_reset(const OptionValues& options);

}  // namespace keel
