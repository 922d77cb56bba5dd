#pragma once

#include <filesystem>

#include "base/context.hpp"
#include "model/manifest.hpp"

namespace keel::sqlite {

/// What is in a database file that nobody writes: every table's rows counted and digested, the
/// settings of the file, its violations of foreign keys. Throws ErrorKind::integrity when
/// quick_check finds the file damaged.
///
/// The digest of a table is the RowDigest of its rows in COPY's binary form, generated columns left
/// out. Tables of SQLite's own (sqlite_sequence …) and the storage of virtual tables are no tables
/// of the user's: they are in details["hidden_tables"], digested the same way.
DumpContent read_content(const std::filesystem::path& file, const Context& context);

/// What differs between what a backup says and what was restored, for people; empty when equal.
std::vector<std::string> compare_content(const DumpContent& expected, const DumpContent& actual);

}  // namespace keel::sqlite
