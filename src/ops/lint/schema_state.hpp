#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/statement_reader.hpp"
#include "model/catalog.hpp"
#include "model/database_url.hpp"
#include "model/sql_action.hpp"

namespace keel::lint {

struct IndexState {
    std::string name;
    std::vector<std::string> keys;  ///< expressions as ""
    bool unique = false;
    bool partial = false;
    std::string method;
    bool of_constraint = false;
    bool operator==(const IndexState&) const = default;
};

constexpr int made_before = -1;  ///< by what is not among the files read

struct TableState {
    SqlName name;
    std::vector<SqlColumn> columns;          ///< without the constraints written with them
    std::vector<SqlConstraint> constraints;  ///< those included, each with a name
    std::vector<IndexState> indexes;
    std::set<std::string> triggers;
    bool complete = true;  ///< whether all of its columns are known
    bool partitioned = false;
    std::optional<SqlName> parent;  ///< of a partition
    bool strict = false;
    bool without_rowid = false;
    int made_in = made_before;         ///< index of the file that made it
    std::optional<std::int64_t> rows;  ///< as the live database estimates them

    const SqlColumn* column(std::string_view wanted) const noexcept;
    SqlColumn* column(std::string_view wanted) noexcept;
    const SqlConstraint* constraint(std::string_view wanted) const noexcept;
    /// Whether a valid constraint says that the column is never null.
    bool proves_not_null(std::string_view wanted) const noexcept;
    bool has_primary_key() const noexcept;
    bool autoincrement() const noexcept;
    /// Whether an index, or a key, is over exactly these columns, in any order.
    bool has_unique_over(const std::vector<std::string>& wanted) const;
};

/// What is defined, as far as it is known from the statements read so far: a small model of a
/// schema that statements are played on. Copies are cheap: tables are shared until they change.
class SchemaState {
  public:
    explicit SchemaState(EngineKind engine) : engine_(engine) {}
    /// What a live database has; `reader` understands the definitions in the catalog.
    static SchemaState from(const Catalog& catalog, EngineKind engine,
                            const StatementReader& reader);

    EngineKind engine() const noexcept { return engine_; }
    /// Plays an action of file number `file`. What it cannot be (a column that is not there) is
    /// passed over: saying so is not its business.
    void apply(const SqlAction& action, int file);

    const TableState* table(const SqlName& name) const noexcept;
    /// The table of an index; null when nobody knows.
    const TableState* table_of_index(std::string_view index) const noexcept;
    /// Tables with a foreign key to it.
    std::vector<const TableState*> referencing(const SqlName& name) const;
    std::vector<const TableState*> partitions_of(const SqlName& name) const;
    std::vector<const TableState*> tables_with_type(std::string_view type) const;

    struct Names {
        std::map<std::string, std::vector<std::string>> enums;  ///< with their values
        std::map<std::string, bool> domains;                    ///< with whether they constrain
        std::map<std::string, std::vector<SqlName>> views;      ///< with what they read
        std::map<std::string, std::set<std::string>> routines;  ///< with their signatures
        std::set<std::string> materialized_views;
        bool operator==(const Names&) const = default;
    };
    const Names& names() const noexcept { return names_; }

    /// Says in words what is not as it was `then` ("column users.age is left"); empty when all is.
    std::string difference(const SchemaState& then) const;

  private:
    TableState* edit(const SqlName& name);
    void create_table(const SqlAction& action, int file);
    void drop_table(const SqlName& name);
    void rename_table(const SqlName& from, const std::string& to);
    bool apply_to_table(const SqlAction& action);
    void apply_to_partition(const SqlAction& action);
    bool apply_to_index(const SqlAction& action);
    void apply_to_names(const SqlAction& action, int file);
    void add_constraint(TableState& table, SqlConstraint constraint) const;
    void add_column(TableState& table, const SqlColumn& column) const;

    EngineKind engine_;
    std::map<SqlName, std::shared_ptr<const TableState>> tables_;
    Names names_;
};

/// A name under which tables are kept: PostgreSQL's public schema is the one that goes without.
SqlName known_name(const SqlName& name);

}  // namespace keel::lint
