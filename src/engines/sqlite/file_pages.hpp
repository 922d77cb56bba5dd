#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/context.hpp"
#include "engines/sqlite/handles.hpp"

namespace keel::sqlite {

/// Copies the pages that `from`'s open read transaction sees into the new file `to`, straight out
/// of the database file, which is several times as fast as page by page through SQLite, and reads
/// them back. False, with nothing made, when that state is not in the file alone (committed pages
/// may be in the write-ahead log): then copy_pages has to do it. Throws ErrorKind::integrity when
/// the copy is not the same.
///
/// Reads through SQLite's own descriptor: closing another one of the file would drop the locks that
/// this process holds on it. The read transaction's lock keeps writers and checkpoints out.
bool copy_file_pages(sqlite3* from, const std::filesystem::path& to, const Context& context);

}  // namespace keel::sqlite
