#pragma once

#include <string>

#include "base/context.hpp"
#include "base/streams.hpp"
#include "db/connection.hpp"

namespace keel::postgres {

/// Runs one section of pg_dump's SQL through our own splitter (never psql), many statements to a
/// transaction. Settings that this server does not know, and comments on extensions that this role
/// may not make, are left out. The Error's trail names the section.
void restore_section(Connection& connection, StreamReader& streams, const std::string& section,
                     const Context& context);

}  // namespace keel::postgres
