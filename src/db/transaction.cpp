#include "db/transaction.hpp"

#include <fmt/format.h>

namespace keel {
namespace {

// Savepoints are a stack in both engines: a name means the innermost of that name, so one will do.
constexpr std::string_view savepoint_name = "\"keel_savepoint\"";

}  // namespace

Transaction::Transaction(Connection& connection, const TransactionOptions& options)
    : connection_(connection) {
    if (!connection.in_transaction()) {
        connection.begin(options);
        return;
    }
    savepoint_ = savepoint_name;
    connection.execute(fmt::format("savepoint {}", savepoint_));
}

Transaction::~Transaction() {
    if (!open_) return;
    try {
        rollback();
    } catch (const Error&) {
        // The wire is gone, and with it the transaction: whoever uses the connection next is told.
        open_ = false;
    }
}

void Transaction::commit() {
    if (!open_) throw Error(ErrorKind::internal, "the transaction has ended already");
    if (!savepoint_.empty()) {
        connection_.execute(fmt::format("release savepoint {}", savepoint_));
        open_ = false;
        return;
    }
    try {
        connection_.commit();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::in_doubt) open_ = false;
        throw;
    }
    open_ = false;
}

void Transaction::rollback() {
    if (!open_) return;
    open_ = false;
    // An engine may have ended the transaction by itself (a full disk on SQLite, a lost
    // connection).
    if (!connection_.in_transaction()) return;
    if (savepoint_.empty()) {
        connection_.rollback();
        return;
    }
    connection_.execute(fmt::format("rollback to savepoint {}", savepoint_));
    connection_.execute(fmt::format("release savepoint {}", savepoint_));
}

}  // namespace keel
