#pragma once

#include <string>

#include "db/connection.hpp"

namespace keel {

/// A unit of work: begins in the constructor, rolls back in the destructor unless `commit` was
/// called. Commit is explicit. A transaction opened while another is open on the connection is a
/// savepoint.
class Transaction {
  public:
    explicit Transaction(Connection& connection, const TransactionOptions& options = {});
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// Throws ErrorKind::in_doubt when the outcome is not known (outermost only).
    void commit();
    void rollback();
    bool is_open() const noexcept { return open_; }

  private:
    Connection& connection_;
    std::string savepoint_;  ///< quoted name; empty for the outermost
    bool open_ = true;
};

}  // namespace keel
