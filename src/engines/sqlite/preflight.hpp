#pragma once

#include <span>
#include <vector>

#include "db/connection.hpp"
#include "model/diagnostic.hpp"
#include "model/statement.hpp"

namespace keel::sqlite {

/// See Engine::preflight. A table that is made anew, an index and VACUUM write up to as much as the
/// file is big, and the journal beside it as much again: preflight.disk when there is no room.
std::vector<Diagnostic> preflight(Connection& connection, std::span<const Statement> statements);

}  // namespace keel::sqlite
