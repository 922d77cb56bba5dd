#pragma once

#include <functional>

#include "db/transaction.hpp"

namespace keel {

struct RetryOptions {
    int attempts = 5;
    std::chrono::milliseconds first_pause{20};  ///< doubled each time, with jitter
};

/// Runs `work` in a transaction and commits it; on a failure that the engine says is worth
/// repeating (serialization failure, deadlock, busy), rolls back and runs it again, up to the
/// bound. Everything else comes through.
void in_transaction(Connection& connection, const TransactionOptions& options,
                    const RetryOptions& retry, const std::function<void(Connection&)>& work);

}  // namespace keel
