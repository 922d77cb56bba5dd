#pragma once

#include <filesystem>
#include <string_view>

#include "db/engine.hpp"
#include "engines/sqlite/database.hpp"
#include "model/database_url.hpp"

namespace keel::sqlite {

/// The file that `url` means, symbolic links resolved, so that its side files, lock and staged
/// copies are beside the real one.
std::filesystem::path real_path(const DatabaseUrl& url);

/// How `url` is opened: its parameters, over the session's settings, decide.
OpenOptions open_options(const DatabaseUrl& url, bool read_only);

/// As Engine::connect opens it, but for making a file that is not there.
OpenOptions session_options(const ConnectOptions& options);

/// A plain file for ourselves (a staged copy): not written by anybody, so without locks.
OpenOptions private_file(const std::filesystem::path& path);

/// "app.db" and "-wal" give "app.db-wal".
std::filesystem::path with_suffix(const std::filesystem::path& path, std::string_view suffix);

/// The database file that a connection has open; empty for one in memory.
std::filesystem::path path_of(sqlite3* database);

}  // namespace keel::sqlite
