#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engines/postgres/wire.hpp"

namespace keel::postgres {

/// What the text of one statement tells about whether it only reads.
struct ReadOnlyVerdict {
    bool is_parsed = true;               ///< false: newer syntax, or none; nothing below is known
    std::string objection;               ///< empty when it only reads, as far as the text tells
    std::vector<std::string> functions;  ///< that it calls, without their schemas
};

/// Parses the statement with PostgreSQL's own grammar and holds every node of it against the list
/// of those that read. What is not on the list is objected to. Pure; thread-safe.
ReadOnlyVerdict judge_read_only(std::string_view sql);

/// Stands before every statement that a caller sends on a read-only session. The server's own
/// default_transaction_read_only alone lets too much through: SET TRANSACTION READ WRITE, advisory
/// locks, server-side files, large objects.
class ReadOnlyGate {
  public:
    /// Throws ErrorKind::refused unless the statement only reads. Asks the server about functions
    /// it has not met before: volatile ones are refused, but for a few of PostgreSQL's own.
    void check(Wire& wire, std::string_view sql);
    [[noreturn]] void refuse(std::string_view what) const;

  private:
    void check_functions(Wire& wire, const std::vector<std::string>& functions);

    std::set<std::string> harmless_functions_;  ///< the server has said so
};

}  // namespace keel::postgres
