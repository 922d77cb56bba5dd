#pragma once

#include <filesystem>
#include <vector>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "engines/sqlite/page_snapshot.hpp"
#include "model/manifest.hpp"

namespace keel::sqlite {

/// Copies the state that `pages` is of into the new file `to`, reads it back and makes it durable;
/// meanwhile `source`, the connection that the snapshot was taken with, looks through that same
/// state. Returns the user's tables with their rows, counted on the way.
/// Throws ErrorKind::integrity when the copy is not the same or the state is damaged; what there is
/// of the file then is the caller's to remove.
std::vector<TableContent> copy_file_pages(Connection& source, const PageSnapshot& pages,
                                          const std::filesystem::path& to, const Context& context);

}  // namespace keel::sqlite
