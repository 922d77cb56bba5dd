#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "db/dialect.hpp"
#include "model/statement.hpp"

namespace keel {

/// Consecutive statements of a script that are done, or not, together.
struct ScriptPart {
    std::size_t first = 0;  ///< index of its first statement
    std::size_t count = 1;
    bool is_alone = false;  ///< one statement outside any transaction; otherwise in one transaction
    bool is_backfill = false;  ///< one statement, in as many transactions as it needs
};

/// Whether the statements cannot all be in one transaction: one that must run outside of any, a
/// block that commits by itself, an enum value that is used after it was added.
bool needs_parts(const std::vector<Statement>& statements, const Dialect& dialect);

/// `separately`: each statement is a part (transaction:false); otherwise neighbours that can share
/// a transaction do. `backfills` are the indexes of statements that are run in batches.
std::vector<ScriptPart> cut_into_parts(const std::vector<Statement>& statements,
                                       const std::set<std::size_t>& backfills,
                                       const Dialect& dialect, bool separately);

/// Whether the statement changes settings of the session that outlive its transaction: they must be
/// made again before the rest of an interrupted script is gone on with.
bool changes_session(std::string_view statement);

}  // namespace keel
