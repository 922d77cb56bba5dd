#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "model/statement.hpp"

namespace keel::postgres {

/// Sees to it that statements remove no rows of tables that they do not name.
///
/// It asks the server's own counters of the open transaction, so that it costs the same whatever is
/// in the tables; and only where statements may remove rows: those that delete, truncate, merge,
/// update, or call functions (SELECT, CALL, DO). A partition is named with its table. Rows that go
/// with those of a named table (ON DELETE CASCADE) are meant, and worth a remark.
class RowWatch {
  public:
    RowWatch(Connection& connection, std::span<const Statement> statements);

    /// Whether there is anything to watch.
    bool is_needed() const noexcept { return is_needed_; }
    /// Inside the transaction, before the first statement.
    void begin();
    /// Before the commit. Throws ErrorKind::constraint for rows that are gone and were not meant
    /// to.
    void end();
    const std::vector<std::string>& remarks() const noexcept { return remarks_; }

  private:
    struct Loss {
        std::string oid;
        std::string table;
        std::int64_t rows = 0;              ///< 0: all, how many is not known
        std::vector<std::string> meanings;  ///< its name and those of the tables it is a part of
    };

    std::vector<Loss> deleted();
    std::vector<Loss> truncated();
    std::string parent_named(const Loss& loss);
    bool is_named(const std::string& name) const;

    Connection& connection_;
    std::string text_;  ///< of all statements, in lower case
    bool is_needed_ = false;
    bool may_truncate_ = false;
    std::map<std::string, std::string> files_;  ///< of tables that are not empty, by oid
    std::vector<std::string> remarks_;
};

}  // namespace keel::postgres
