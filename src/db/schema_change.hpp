#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/statement.hpp"

namespace keel {

/// What is about to run in one transaction (or, where it says so, one by one without a transaction)
/// that may change the schema.
struct SchemaChangeOptions {
    std::span<const Statement> statements;
    std::optional<std::chrono::milliseconds> lock_timeout;  ///< instead of the session's
};

/// What an engine must do around such statements besides BEGIN and COMMIT. Made before BEGIN; its
/// destructor, after the transaction's end, leaves the session's settings as they were found.
class SchemaChangeGuard {
  public:
    virtual ~SchemaChangeGuard() = default;
    /// Inside the transaction (if there is one), before the first statement.
    virtual void after_begin() = 0;
    /// Inside the transaction (if there is one), after the last statement. Throws
    /// ErrorKind::constraint when the statements broke what the engine could not watch while they
    /// ran: the transaction must then be rolled back.
    virtual void before_commit() = 0;
    /// What the person should know about what the statements did; asked for after `before_commit`.
    virtual std::vector<std::string> remarks() const { return {}; }
};

}  // namespace keel
