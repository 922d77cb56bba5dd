#pragma once

#include <string>

#include "ops/kit/operation_context.hpp"
#include "repository/repository.hpp"

namespace keel {

struct TakeOptions {
    std::string label;
    std::string note;
    std::string reason = "manual";
};

/// Backs up the operation's database as it is now, over its connection, into the project's
/// repository. Complete, read back and durable when it returns; nothing is kept when it throws.
CommittedBackup take_backup(OperationContext& context, const TakeOptions& options);

}  // namespace keel
