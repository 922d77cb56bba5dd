#pragma once

#include <span>
#include <vector>

#include "db/connection.hpp"
#include "db/statement_reader.hpp"
#include "model/diagnostic.hpp"

namespace keel::postgres {

/// See Engine::preflight. Rules: preflight.blocker (a session or prepared transaction that holds a
/// lock on what the statements touch), preflight.owner (a table that belongs to somebody else),
/// preflight.size and preflight.disk (see find_big_tables).
std::vector<Diagnostic> preflight(Connection& connection, const StatementReader& reader,
                                  std::span<const Statement> statements);

}  // namespace keel::postgres
