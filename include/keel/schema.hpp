#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace keel {

/// What a column holds, in the same words for both engines. PostgreSQL and SQLite each get their
/// own type for it.
struct ColumnType {
    enum class Kind {
        boolean,
        small_integer,  ///< 16 bits
        integer,        ///< 32 bits
        big_integer,    ///< 64 bits
        real,           ///< double precision
        numeric,        ///< exact, with `precision` digits, `scale` of them behind the point
        text,           ///< at most `length` characters, where that is said
        bytes,
        date,
        timestamp,  ///< a point in time
        uuid,
        json,
        native,  ///< as `postgres` and `sqlite` say
    };
    Kind kind = Kind::text;
    int precision = 0;  ///< 0: as exact as the values are
    int scale = 0;
    int length = 0;  ///< 0: as long as the values are
    std::string postgres = {};
    std::string sqlite = {};
};

inline ColumnType boolean_type() {
    return {.kind = ColumnType::Kind::boolean};
}
inline ColumnType small_integer_type() {
    return {.kind = ColumnType::Kind::small_integer};
}
inline ColumnType integer_type() {
    return {.kind = ColumnType::Kind::integer};
}
inline ColumnType big_integer_type() {
    return {.kind = ColumnType::Kind::big_integer};
}
inline ColumnType real_type() {
    return {.kind = ColumnType::Kind::real};
}
inline ColumnType numeric_type(int precision = 0, int scale = 0) {
    return {.kind = ColumnType::Kind::numeric, .precision = precision, .scale = scale};
}
inline ColumnType text_type(int length = 0) {
    return {.kind = ColumnType::Kind::text, .length = length};
}
inline ColumnType bytes_type() {
    return {.kind = ColumnType::Kind::bytes};
}
inline ColumnType date_type() {
    return {.kind = ColumnType::Kind::date};
}
inline ColumnType timestamp_type() {
    return {.kind = ColumnType::Kind::timestamp};
}
inline ColumnType uuid_type() {
    return {.kind = ColumnType::Kind::uuid};
}
inline ColumnType json_type() {
    return {.kind = ColumnType::Kind::json};
}
/// A type that one of them alone has.
inline ColumnType native_type(std::string postgres, std::string sqlite) {
    return {.kind = ColumnType::Kind::native,
            .postgres = std::move(postgres),
            .sqlite = std::move(sqlite)};
}

/// SQL that stands in a declaration as it is, for both engines or for each.
struct Expression {
    std::string postgres;
    std::string sqlite;

    Expression() = default;
    Expression(std::string both) : postgres(both), sqlite(std::move(both)) {}  // NOLINT
    Expression(const char* both) : Expression(std::string(both)) {}            // NOLINT
    Expression(std::string for_postgres, std::string for_sqlite)
        : postgres(std::move(for_postgres)), sqlite(std::move(for_sqlite)) {}
};

/// The time at which the row is written.
inline Expression now_expression() {
    return "current_timestamp";
}

/// What happens to rows that refer to one that goes, or whose key changes.
enum class ReferenceAction { refuse, restrict, cascade, set_null, set_default };

struct ForeignKey {
    std::vector<std::string> columns;
    std::string table;                    ///< the one referred to
    std::vector<std::string> references;  ///< empty: its primary key
    ReferenceAction on_delete = ReferenceAction::refuse;
    ReferenceAction on_update = ReferenceAction::refuse;
    bool deferred = false;  ///< checked at the end of the transaction
    std::string name = {};  ///< empty: made of table and columns
};

struct ColumnDeclaration {
    std::string name;
    ColumnType type;
    bool nullable = false;
    /// Given by the engine where the row says none: an integer, and the table's primary key.
    bool identity = false;
    bool unique = false;
    std::optional<Expression> default_value = std::nullopt;
    std::optional<Expression> check = std::nullopt;
    /// Computed from the row's other columns, and stored with them.
    std::optional<Expression> generated = std::nullopt;
    std::string renamed_from = {};  ///< what the column was called before, as long as that matters
};

struct IndexDeclaration {
    std::vector<Expression> columns;  ///< names, or expressions in parentheses; "created desc" too
    bool unique = false;
    std::optional<Expression> where = std::nullopt;
    std::string name = {};  ///< empty: made of table and columns
};

struct UniqueDeclaration {
    std::vector<std::string> columns;
    std::string name = {};
};

struct CheckDeclaration {
    std::string name;
    Expression condition;
};

struct TableDeclaration {
    std::string name;
    std::string schema = {};  ///< PostgreSQL's; empty: public. SQLite has none
    std::vector<ColumnDeclaration> columns;
    std::vector<std::string> primary_key = {};  ///< empty: the identity column
    std::vector<UniqueDeclaration> uniques = {};
    std::vector<ForeignKey> foreign_keys = {};
    std::vector<CheckDeclaration> checks = {};
    std::vector<IndexDeclaration> indexes = {};
    std::string renamed_from = {};  ///< what the table was called before, as long as that matters
};

/// The tables that an application works with, declared in C++. Compared with databases by the same
/// means as a schema in SQL: `keel schema diff`, `keel schema check`, `keel migrate new --auto`.
struct SchemaDeclaration {
    std::vector<TableDeclaration> tables;
    /// Statements that run after the tables are made, for what is not declared above: views,
    /// triggers, functions.
    std::vector<Expression> more = {};
};

}  // namespace keel
