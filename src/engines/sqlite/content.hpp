#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "engines/sqlite/page_snapshot.hpp"
#include "engines/sqlite/row_count.hpp"
#include "model/manifest.hpp"

namespace keel::sqlite {

/// What the database holds that `pages` is a snapshot of: every table's rows counted (from the
/// b-trees, so that it costs next to nothing), the settings of the file. `leaves` is what was seen
/// of the pages while they were read, or null. Tables of SQLite's own (sqlite_sequence …) and the
/// storage of virtual tables are no tables of the user's: they are in details["hidden_tables"].
DumpContent read_content(Connection& connection, const PageSnapshot& pages,
                         const LeafCells* leaves);

/// The user's tables alone.
std::vector<TableContent> count_user_tables(Connection& connection, const PageSnapshot& pages,
                                            const LeafCells* leaves);

/// read_content of a database file that nobody writes. Throws ErrorKind::integrity when quick_check
/// finds it damaged.
DumpContent read_content(const std::filesystem::path& file, const LeafCells* leaves,
                         const Context& context);

/// RowDigests of all tables of a file that nobody writes, in one text: for telling whether two
/// files hold the same rows though not the same pages.
std::string digest_content(const std::filesystem::path& file, const Context& context);

/// What differs between what a backup says and what was restored, for people; empty when equal.
std::vector<std::string> compare_content(const DumpContent& expected, const DumpContent& actual);

/// Tables of the user's, by name; virtual ones are their storage's business.
std::vector<std::string> user_tables(Connection& connection);
/// Rows and RowDigests of them (in COPY's binary form, generated columns left out), in the
/// connection's open transaction.
std::vector<TableContent> digest_user_tables(Connection& connection, const Context& context);

/// Throws ErrorKind::integrity when quick_check finds damage.
void check_damage(Connection& connection);
/// The same of one table and its indexes.
void check_damage(Connection& connection, const std::string& table);
/// Rows that refer to nothing; negative when the schema's references cannot be followed.
std::int64_t count_violations(Connection& connection);

}  // namespace keel::sqlite
