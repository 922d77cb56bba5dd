#pragma once

#include <filesystem>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "engines/sqlite/page_snapshot.hpp"
#include "engines/sqlite/row_count.hpp"

namespace keel::sqlite {

/// PRAGMA quick_check of a database file that nobody writes, its tables side by side where that
/// proves as much. `pages` is a snapshot of it, on `connection`; `leaves` as in read_content.
/// Throws ErrorKind::integrity when it is damaged.
void check_file(const std::filesystem::path& file, Connection& connection,
                const PageSnapshot& pages, const LeafCells* leaves, const Context& context);

}  // namespace keel::sqlite
