#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/schema_tools.hpp"

namespace keel::postgres {

/// What a database has that was made a moment ago.
SchemaModel blank_schema();

struct WriterOptions {
    bool online = false;
    bool inline_keys = true;  ///< keys of new tables inside CREATE TABLE
};

std::vector<SchemaStep> plan_schema(const SchemaModel& from, const SchemaModel& to,
                                    const WriterOptions& options);

/// The whole schema, cut into what rows need and what comes after them.
SchemaSections write_schema(const SchemaModel& model);

/// "public.users.mail" is the column mail of public.users.
std::pair<std::string, std::string> split_last_name(std::string_view qualified);

std::string rename_statement(const SchemaRename& rename);

/// Constraints, indexes and sequences that have other names and are otherwise the same.
std::vector<SchemaRename> find_same_but_name(const SchemaModel& from, const SchemaModel& to);

}  // namespace keel::postgres
