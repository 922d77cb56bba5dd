#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "db/statement_reader.hpp"
#include "model/diagnostic.hpp"

namespace keel::postgres {

/// Big tables that the statements write anew, index or read whole (preflight.size), and writing
/// that the server's disk has no room for (preflight.disk), where the server runs on this machine
/// and lets us see where its files are. Reads only.
void find_big_tables(Connection& connection, const StatementReader& reader,
                     std::span<const Statement> statements, std::vector<Diagnostic>& findings);

}  // namespace keel::postgres
