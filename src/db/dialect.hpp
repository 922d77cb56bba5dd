#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/statement.hpp"
#include "model/value.hpp"

namespace keel {

/// The rules of SQL text of one engine. Pure: no connection, no state; thread-safe.
class Dialect {
  public:
    virtual ~Dialect() = default;

    /// A quoted identifier. Throws ErrorKind::invalid_input for what no identifier can hold (NUL,
    /// invalid UTF-8).
    virtual std::string quote(std::string_view identifier) const = 0;
    /// "schema"."name"; the schema is left out when empty (and always on SQLite's main).
    virtual std::string quote(std::string_view schema, std::string_view name) const = 0;
    /// A literal for the rare place where a parameter is not allowed (DDL).
    virtual std::string literal(const Value& value) const = 0;

    /// Cuts a script into statements. Throws ErrorKind::invalid_input with line and column for what
    /// cannot be cut: an unterminated string, a psql command that does something.
    virtual SplitResult split(std::string_view script) const = 0;

    /// Whether the statement must run outside a transaction (VACUUM, CREATE INDEX CONCURRENTLY …).
    virtual bool needs_no_transaction(std::string_view statement) const = 0;
    /// BEGIN, COMMIT, ROLLBACK, END, SAVEPOINT … : whether the statement controls transactions
    /// itself.
    virtual bool controls_transaction(std::string_view statement) const = 0;

    /// Keel's own table of that short name ("meta", "migrations"), quoted: keel.meta, keel_meta.
    virtual std::string internal_table(std::string_view name) const = 0;
    /// Statements that must have run before an internal table can be made ("create schema if not
    /// exists keel").
    virtual std::vector<std::string> internal_setup() const = 0;
    /// Whether a table of the catalog is Keel's own.
    virtual bool is_internal(std::string_view schema, std::string_view name) const noexcept = 0;
};

}  // namespace keel
