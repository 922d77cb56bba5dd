#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>

#include "base/context.hpp"
#include "engines/sqlite/handles.hpp"

namespace keel::sqlite {

struct PageCopyOptions {
    std::string_view phase;                          ///< of the progress events
    std::chrono::milliseconds lock_timeout{10'000};  ///< then ErrorKind::locked
};

/// Copies the database `from` over the database `to` with SQLite's backup API: one transaction in
/// `to`, so that a crash, a failure or a cancel leaves it as it was. Consistent while others write,
/// when `from` has a read transaction open.
void copy_pages(sqlite3* from, sqlite3* to, const PageCopyOptions& options, const Context& context);

/// Opens a new, empty, private database file for copies that need not survive a crash as they are
/// made; `sync_file` makes them durable. `path` must not exist.
DatabaseHandle open_scratch(const std::filesystem::path& path);

/// Rewrites the database file `from` with another page size as the new file `to`; row ids stay.
void copy_resized(const std::filesystem::path& from, const std::filesystem::path& to,
                  std::int64_t page_size);

}  // namespace keel::sqlite
