#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "model/statement.hpp"

namespace keel {

/// What is about to run in one transaction that may change the schema.
struct SchemaChangeOptions {
    std::span<const Statement> statements;
    std::optional<std::chrono::milliseconds> lock_timeout;  ///< instead of the session's
};

/// What an engine must do around such a transaction besides BEGIN and COMMIT. Made before BEGIN;
/// its destructor, after the transaction's end, leaves the session as it was found.
class SchemaChangeGuard {
  public:
    virtual ~SchemaChangeGuard() = default;
    /// Inside the transaction, before the first statement.
    virtual void after_begin() = 0;
    /// Inside the transaction, after the last statement. Throws ErrorKind::constraint when the
    /// statements broke what the engine could not watch while they ran: the transaction must then
    /// be rolled back.
    virtual void before_commit() = 0;
};

}  // namespace keel
