#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "db/connection.hpp"
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

/// Tables of the user's, by name; virtual ones are their storage's business.
std::vector<std::string> user_tables(Connection& connection);
/// Rows and digests of them, as read_content has them, in the connection's open transaction.
std::vector<TableContent> digest_user_tables(Connection& connection, const Context& context);

/// Throws ErrorKind::integrity when quick_check finds damage.
void check_damage(Connection& connection);
/// Rows that refer to nothing; negative when the schema's references cannot be followed.
std::int64_t count_violations(Connection& connection);

}  // namespace keel::sqlite
