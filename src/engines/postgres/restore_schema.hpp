#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "base/streams.hpp"
#include "db/connection.hpp"

namespace keel::postgres {

/// Runs one section of pg_dump's SQL through our own splitter (never psql), many statements to a
/// transaction. Settings that this server does not know, and comments on extensions that this role
/// may not make, are left out. The Error's trail names the section.
void restore_section(Connection& connection, StreamReader& streams, const std::string& section,
                     const Context& context);

/// The whole text of a section.
std::string read_section(StreamReader& streams, const std::string& section);
/// The statements of such a section that this server and role have a use for; views into `text`.
std::vector<Statement> wanted_statements(Connection& connection, std::string_view text);
/// Runs them in order, as restore_section does.
void run_schema(Connection& connection, std::span<const Statement> statements,
                std::string_view section, const Context& context);

/// Adds to the failure of one of them what to do, and where it was.
void explain_schema_failure(Error& error, std::string_view section);

}  // namespace keel::postgres
