#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/catalog.hpp"

namespace keel {

/// What a statement does, as values: the same words for both engines. Names are as the engine keeps
/// them (folded, without quotes).
struct SqlName {
    std::string schema;
    std::string name;

    bool operator==(const SqlName&) const = default;
    auto operator<=>(const SqlName&) const = default;
    /// "schema.name", or the name alone.
    std::string text() const { return schema.empty() ? name : schema + "." + name; }
};

/// A type as written, under its canonical name: PostgreSQL's internal one ("int4", "varchar"),
/// SQLite's lower-cased words.
struct SqlType {
    std::string name;
    std::vector<int> modifiers;
    bool is_array = false;

    bool operator==(const SqlType&) const = default;
};

/// How a default is worked out for the rows that are there.
enum class DefaultKind {
    none,
    null,
    constant,
    stable,       ///< the same for all rows of a statement: now()
    per_row,      ///< anew for each row: random()
    own_function  ///< a function that the engine does not bring: it depends on how it is declared
};

struct SqlReference {
    SqlName table;
    std::vector<std::string> columns;  ///< empty: its primary key
    std::string on_delete;             ///< "cascade", "set null", "set default"; else empty

    bool operator==(const SqlReference&) const = default;
};

struct SqlConstraint {
    ConstraintKind kind = ConstraintKind::check;
    std::string name;
    std::vector<std::string> columns;
    std::optional<SqlReference> references;  ///< foreign keys
    std::vector<std::string> not_null;       ///< checks: the columns that it says are not null
    std::string using_index;
    bool not_valid = false;
    std::size_t offset = 0;
    std::size_t end = 0;  ///< 0: not known

    bool operator==(const SqlConstraint&) const = default;
};

struct SqlColumn {
    std::string name;
    SqlType type;
    std::size_t type_offset = 0;
    bool not_null = false;
    DefaultKind default_kind = DefaultKind::none;
    std::string default_function;  ///< for per_row and own_function
    bool serial = false;
    bool identity = false;
    bool generated_stored = false;
    bool generated_virtual = false;
    bool autoincrement = false;
    std::vector<SqlConstraint> constraints;  ///< written with the column
    std::size_t offset = 0;

    bool operator==(const SqlColumn&) const = default;
};

enum class ActionKind {
    create_table,
    create_table_as,
    create_partition,
    drop_table,
    rename_table,
    create_index,
    drop_index,
    reindex,
    rename_index,
    create_view,
    drop_view,
    create_materialized_view,
    drop_materialized_view,
    refresh_materialized_view,
    create_schema,
    drop_schema,
    rename_schema,
    create_database,
    drop_database,
    create_routine,
    drop_routine,
    rename_routine,
    create_enum,
    add_enum_value,
    rename_enum_value,
    create_type,
    drop_type,
    create_domain,
    add_domain_constraint,
    set_domain_not_null,
    create_trigger,
    drop_trigger,
    switch_trigger,
    create_policy,
    row_security,
    grant,
    add_column,
    drop_column,
    rename_column,
    set_type,
    set_default,
    drop_default,
    set_not_null,
    drop_not_null,
    add_identity,
    drop_identity,
    add_constraint,
    validate_constraint,
    drop_constraint,
    rename_constraint,
    attach_partition,
    detach_partition,
    set_persistence,  ///< logged, unlogged
    set_access_method,
    set_tablespace,
    set_storage,
    set_statistics,  ///< SET STATISTICS, SET (…): what needs a weak lock only
    set_owner,
    set_replica_identity,
    set_inheritance,
    other_alter_table,
    truncate,
    insert,
    update,
    delete_rows,
    merge,
    select,
    copy_in,
    cluster,
    vacuum,
    vacuum_full,
    analyze,
    begin,
    commit,
    rollback,
    savepoint,
    set_parameter,  ///< SET, PRAGMA: `name` is which
    lock_table,
    alter_system,
    attach_database,
    code_block,  ///< DO
    other
};

struct SqlAction {
    ActionKind kind = ActionKind::other;
    SqlName object;        ///< the table, or what else the statement is about
    std::string name;      ///< the part of it: column, constraint, index, trigger, value
    std::string new_name;  ///< of a renaming; the value of a parameter
    std::vector<SqlColumn> columns;
    std::vector<SqlConstraint> constraints;  ///< of a table; the one that is added
    std::vector<std::string> keys;    ///< indexes: columns, expressions as ""; inserts: columns
    std::vector<std::string> values;  ///< of an enum
    std::vector<SqlName> others;      ///< tables that it reads, or that it also names
    SqlType type;
    DefaultKind default_kind = DefaultKind::none;
    std::string signature;  ///< of a routine: its argument types
    std::string body;  ///< of a routine, trigger, view or block: its text, as far as there is one

    bool concurrently = false;
    bool unique = false;
    bool partial = false;  ///< an index with WHERE
    bool cascade = false;
    bool if_exists = false;  ///< IF EXISTS, IF NOT EXISTS
    bool or_replace = false;
    bool temporary = false;
    bool has_where = false;
    bool has_using = false;  ///< SET TYPE … USING
    bool select_star = false;
    bool security_definer = false;
    bool sets_search_path = false;
    bool to_public = false;
    bool grant_option = false;
    bool restrictive = false;
    bool has_position = false;  ///< ADD VALUE … BEFORE or AFTER
    bool strict = false;
    bool without_rowid = false;
    bool partitioned = false;
    bool default_partition = false;
    bool quoted_mixed_case = false;  ///< a name that must always be quoted
    bool recursive = false;          ///< on partitions too (not ON ONLY)

    std::size_t offset = 0;  ///< in the statement
};

/// A statement, read.
struct ReadStatement {
    std::vector<SqlAction> actions;
    std::string complaint;  ///< not empty: it could not be read
    std::size_t complaint_offset = 0;
    /// Whether the complaint may be one about newer syntax than is known here.
    bool may_be_newer = false;
    struct Word {
        std::string text;  ///< without its quotes
        std::size_t offset = 0;
    };
    /// Something that not every version of the engine has.
    struct Feature {
        std::string what;
        std::string version;  ///< that brought it
        std::size_t offset = 0;
    };
    std::vector<Feature> features;
    std::vector<Word> quoted;      ///< identifiers in quotes
    std::vector<Word> long_names;  ///< identifiers that the engine cuts off
};

}  // namespace keel
