#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "model/statement.hpp"

namespace keel::sqlite {

/// Sees to it that a migration that drops a table and makes it again loses nothing that hung on it.
///
/// What SQLite takes away with a table and the migration did not mean to lose: views on it (they
/// would even stop the new table's renaming) are put aside and made again; the AUTOINCREMENT mark
/// is carried over; an index or trigger of a table with rows that is not there again, and not named
/// in the migration, fails it; so do rows of the table that a plain copy lost, and rows of tables
/// that the migration does not name.
class RebuildWatch {
  public:
    RebuildWatch(Connection& connection, std::span<const Statement> statements);

    /// Inside the transaction, before the first statement.
    void begin();
    /// Before the commit. Throws ErrorKind::constraint for what would be lost.
    void end();

  private:
    struct Part {
        std::string type;
        std::string name;
        std::string sql;
    };
    struct SavedTable {
        std::string name;
        std::int64_t rows = 0;
        std::optional<std::int64_t> mark;  ///< of AUTOINCREMENT
        std::vector<Part> parts;           ///< indexes and triggers
    };

    void read_statement(const Statement& statement);
    void save_table(const std::string& name);
    void put_views_aside();
    void bring_views_back();
    void check_table(const SavedTable& saved);
    void check_other_tables();
    void carry_mark(const SavedTable& saved);
    bool exists(std::string_view type, const std::string& name);
    bool names(const std::string& name) const;
    bool is_copied_plainly(const std::string& table) const;

    Connection& connection_;
    std::set<std::string> mentioned_;  ///< every name and word of the migration, folded
    std::set<std::string> dropped_;
    std::set<std::string> renamed_to_;
    /// What each statement that may change the number of a table's rows names.
    std::vector<std::set<std::string>> row_changes_;
    std::map<std::string, std::string> renamed_from_;  ///< new name -> name before
    std::vector<SavedTable> saved_;
    std::vector<Part> views_;
    std::map<std::string, std::int64_t> others_;
};

}  // namespace keel::sqlite
