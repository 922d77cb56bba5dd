#pragma once

#include <string>
#include <vector>

#include "model/schema_model.hpp"
#include "model/table_name.hpp"

namespace keel::postgres {

/// Statements that make a table with the columns, checks and primary key of the one with that key,
/// under another name; nothing in it counts, refers or reacts. Throws ErrorKind::unsupported for a
/// table whose columns the model does not have.
std::vector<std::string> twin_statements(const SchemaModel& model, const std::string& key,
                                         const TableName& name);

}  // namespace keel::postgres
