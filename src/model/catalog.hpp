#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keel {

/// What exists in a database, as values. Definitions are the engine's own canonical text, so that
/// two catalogs of one engine and version compare by equality. Collections are sorted by name
/// unless their order means something.
struct Column {
    std::string name;
    std::string type;
    bool nullable = true;
    std::optional<std::string> default_expression;
    std::string generated;  ///< "", "stored", "virtual", "identity always", "identity by default"
    std::string collation;
    int position = 0;
    bool operator==(const Column&) const = default;
};

struct Index {
    std::string name;
    std::string table;
    std::string definition;
    std::vector<std::string> columns;  ///< expressions as text
    bool unique = false;
    bool primary = false;
    bool valid = true;
    std::int64_t bytes = 0;
    bool operator==(const Index&) const = default;
};

enum class ConstraintKind { primary_key, unique, foreign_key, check, exclusion, not_null };
std::string_view to_string(ConstraintKind kind) noexcept;

struct Constraint {
    std::string name;  ///< empty where SQLite has none
    ConstraintKind kind = ConstraintKind::check;
    std::string definition;
    std::vector<std::string> columns;
    std::string referenced_table;  ///< foreign keys: schema-qualified on PostgreSQL
    std::vector<std::string> referenced_columns;
    bool validated = true;
    bool operator==(const Constraint&) const = default;
};

struct Trigger {
    std::string name;
    std::string table;
    std::string definition;
    bool enabled = true;
    bool operator==(const Trigger&) const = default;
};

enum class TableKind { table, partitioned, partition, foreign, virtual_table };
std::string_view to_string(TableKind kind) noexcept;

struct Table {
    std::string schema;
    std::string name;
    TableKind kind = TableKind::table;
    std::vector<Column> columns;  ///< in their own order
    std::vector<Index> indexes;
    std::vector<Constraint> constraints;
    std::vector<Trigger> triggers;
    std::string options;  ///< "strict", "without rowid", partition key and the like
    std::string comment;
    std::optional<std::int64_t>
        rows;  ///< exact or the engine's estimate, as the inspection asked; absent = unknown
    std::int64_t bytes = 0;
    bool operator==(const Table&) const = default;
};

struct View {
    std::string schema;
    std::string name;
    std::string definition;
    bool materialized = false;
    std::vector<Trigger> triggers = {};  ///< INSTEAD OF
    bool operator==(const View&) const = default;
};

struct Routine {
    std::string schema;
    std::string name;
    std::string signature;  ///< "name(integer, text)"
    std::string kind;       ///< "function", "procedure", "aggregate"
    std::string definition;
    bool operator==(const Routine&) const = default;
};

struct Catalog {
    std::vector<std::string> schemas;
    std::vector<Table> tables;
    std::vector<View> views;
    std::vector<Routine> routines;

    /// Null when there is none. An empty schema finds the first table of that name in any.
    const Table* find_table(std::string_view schema, std::string_view name) const noexcept;
    /// Digest of everything but rows, sizes and column numbers: equal for equal schemas.
    std::string fingerprint() const;
};

}  // namespace keel
