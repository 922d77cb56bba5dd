#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/connection.hpp"
#include "model/statement.hpp"

namespace keel {

/// What is known of the effect of a statement whose attempt was cut off, or failed.
enum class Settled {
    done,      ///< its effect is there
    not_done,  ///< it may be run (again)
    unknown,   ///< a person must look
};

struct Finding {
    Settled state = Settled::unknown;
    std::string evidence;             ///< what was seen: "index 'i' is there, and invalid"
    std::vector<std::string> remedy;  ///< statements to run first, each by itself
};

/// A statement that runs by itself, outside any transaction, so that nothing takes back what an
/// interruption leaves of it. Knows how to find out whether it is done. Owns copies of all it
/// needs.
class LoneStatement {
  public:
    virtual ~LoneStatement() = default;

    /// "create index concurrently".
    virtual std::string kind() const = 0;
    /// What it is about, as written; may be empty.
    virtual std::string target() const { return {}; }
    /// What `settle` must know of the time before the first attempt, as one line of text.
    virtual std::string before(Connection&) const { return {}; }
    /// Before an attempt. `before` is the text above; `is_repeated` says that there was an attempt
    /// whose end is not known or that failed. Reads only.
    virtual Finding settle(Connection& connection, std::string_view before,
                           bool is_repeated) const = 0;
    /// Runs it.
    virtual void run(Connection& connection, const Statement& statement) const;
    /// After the server said that it is done. Throws ErrorKind::constraint when its effect is not
    /// there all the same (an invalid index).
    virtual void check(Connection&, std::string_view /*before*/) const {}
    /// A query for another connection whose row is (phase, done, total) while `connection` runs the
    /// statement; empty where the server does not tell.
    virtual std::string progress_query(Connection&) const { return {}; }
};

}  // namespace keel
