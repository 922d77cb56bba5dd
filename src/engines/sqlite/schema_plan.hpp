#pragma once

#include <vector>

#include "db/schema_tools.hpp"

namespace keel::sqlite {

/// Tables are altered in place where SQLite can, and else made anew with their rows, rowids,
/// AUTOINCREMENT marks, indexes, triggers and views. To be run with the foreign keys off, as
/// guard_schema_change has them.
std::vector<SchemaStep> plan_schema(const SchemaModel& from, const SchemaModel& to);

/// The statements that make `table` anew as `wanted` (a CREATE TABLE) says, its rows kept: no
/// indexes, triggers, views.
std::vector<SchemaStep> rebuild_statements(const SchemaObject& table, const SchemaObject& wanted);

/// Whether ADD COLUMN takes it (its canonical definition).
bool can_be_added(const std::string& definition);

}  // namespace keel::sqlite
