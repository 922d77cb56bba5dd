#pragma once

#include <string_view>

#include "db/connection.hpp"
#include "db/table_rebuild.hpp"

namespace keel::sqlite {

/// See Engine::rebuild_table.
TableRebuild rebuild_table(Connection& connection, std::string_view table);

}  // namespace keel::sqlite
