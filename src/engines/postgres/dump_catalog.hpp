#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.hpp"
#include "db/wire_field.hpp"
#include "model/manifest.hpp"

namespace keel::postgres {

/// A table of a dump and how its rows are read and put back.
struct DumpTable {
    std::string schema;
    std::string name;
    std::vector<std::string> columns;
    std::string condition;        ///< "where …": which rows of an extension's are users'
    bool is_partitioned = false;  ///< by hash: read and loaded as a whole
    std::int64_t estimate = 0;    ///< of its rows
    std::uint64_t bytes = 0;      ///< of its pages; 0 when its rows lie elsewhere
    std::uint64_t builds = 0;     ///< indexes that a copy makes of it
    std::uint64_t awaited = 0;    ///< bytes of the largest table whose foreign keys wait for it
    /// Whether each of its columns means the same in another database in COPY's binary form.
    bool is_binary_safe = false;
    std::vector<WireKind> kinds = {};  ///< of its columns, in that form
    CopyFormat format = CopyFormat::text;
    bool is_changed = false;  ///< by a copy, row by row
    /// Streams of row groups that hold its rows; 0: one stream of lines, as earlier backups have.
    std::size_t parts = 0;
    /// What is read instead of each column where a copy changes values; empty: the columns.
    std::vector<std::string> expressions = {};

    /// As copy_out_spec, with the expressions.
    CopySpec changed_out_spec(std::string_view pages) const;
    /// `pages` is a condition on ctid, or nothing for all rows.
    CopySpec copy_out_spec(std::string_view pages = {}) const;
    CopySpec copy_in_spec() const;
    /// What LOCK TABLE is given.
    std::string lock_target() const;
    /// "schema"."name".
    std::string quoted() const;
};

std::vector<DumpTable> read_dump_tables(Connection& connection);

/// Nobody drops or alters a table between here and the end of the transaction.
void lock_tables(Connection& connection, std::span<const DumpTable> tables);

/// Makes texts of values independent of who looks: dates, floats, bytea, time zone; row level
/// security is an error instead of a filter; no time-outs. For the session, or (`local`) for its
/// open transaction.
void set_dump_settings(Connection& connection, bool local);

Json to_json(const std::vector<DumpTable>& tables);
/// What `content` says about its tables, in the order of `content.tables`.
std::vector<DumpTable> tables_of(const DumpContent& content);

}  // namespace keel::postgres
