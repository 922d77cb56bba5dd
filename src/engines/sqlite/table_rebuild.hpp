#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/connection.hpp"
#include "db/table_rebuild.hpp"

namespace keel::sqlite {

/// See Engine::rebuild_table.
TableRebuild rebuild_table(Connection& connection, std::string_view table);

/// A CREATE TABLE's text with another name for the table and all else as it was written.
std::string renamed_table(const std::string& sql, const std::string& name);

/// The columns of a table that hold values of their own; led by rowid where nothing else keeps it.
std::vector<std::string> columns_with_values(Connection& connection, const std::string& table);

}  // namespace keel::sqlite
