#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/lint/schema_state.hpp"

namespace keel::lint {

/// PostgreSQL's table locks, weakest first.
enum class LockMode {
    none,
    access_share,
    row_share,
    row_exclusive,
    share_update_exclusive,
    share,
    share_row_exclusive,
    exclusive,
    access_exclusive
};
/// "ACCESS EXCLUSIVE".
std::string_view to_string(LockMode mode) noexcept;
/// Who waits for it: "reads and writes wait", "writes wait", "".
std::string_view who_waits(LockMode mode) noexcept;

/// What an action does to the tables it is about while it runs, on PostgreSQL 15. Everything said
/// here is held to a live server by tests/unit/lint/locks_test.cpp.
struct LockEffect {
    LockMode mode = LockMode::none;
    bool rewrites = false;  ///< the whole table, and its indexes
    bool scans = false;     ///< every row is read under the lock
    std::vector<std::pair<SqlName, LockMode>> others;
    std::string reason;  ///< why it rewrites, where that is not plain
};
LockEffect lock_effect(const SqlAction& action, const SchemaState& state);

/// What changing a column's type means.
enum class TypeChange {
    same_bits,  ///< only the catalog changes
    rewrite,    ///< every row is written anew
};
TypeChange judge_type_change(const SqlType& from, const SqlType& to);

/// What the rows that are there have to fear from it.
enum class Narrowing {
    none,
    rounds,  ///< values lose digits or parts without a word
    fails    ///< values that do not fit stop the statement
};
Narrowing judge_narrowing(const SqlType& from, const SqlType& to);

}  // namespace keel::lint
