#pragma once

#include <string>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "repository/repository.hpp"

namespace keel {

struct TakeOptions {
    std::string label;
    std::string note;
    std::string reason = "manual";
    std::vector<TableName> tables = {};  ///< only these; empty: the whole database
};

/// Backs up the operation's database, or tables of it, as it is now, over its connection, into the
/// project's repository. Complete, read back and durable when it returns; nothing is kept when it
/// throws.
CommittedBackup take_backup(OperationContext& context, const TakeOptions& options);

}  // namespace keel
