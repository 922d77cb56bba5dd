#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/engine.hpp"

namespace keel {

/// What another tool wrote down of one migration that is in the database.
struct ForeignRow {
    std::string version;   ///< what the tool knows it by: a number, or a whole name
    std::string name;      ///< for people; may be empty
    std::string checksum;  ///< in the tool's own form; empty when it keeps none
    std::string applied_at;
    std::string applied_by;
    std::int64_t duration_ms = 0;
    bool succeeded = true;
    bool covers_older = false;  ///< it stands for every version up to its own
};

/// A table of the database.
struct ForeignTable {
    std::string schema;
    std::string name;
    std::vector<std::string> columns;  ///< lower case

    bool has(std::string_view column) const;
    /// For messages: "public.schema_migrations", on SQLite the name alone.
    std::string shown() const;
};

/// How a tool's table is read: on which connection, and under which quoted name.
struct ForeignQuery {
    Connection& connection;
    const Engine& engine;
    std::string table;

    bool is_postgres() const noexcept { return engine.kind() == EngineKind::postgres; }
    /// A time as UTC, in an expression of the engine's; `foreign_time` reads it.
    std::string utc(std::string_view column) const;
    std::string hex(std::string_view column) const;
};

/// A tool whose history can be taken over.
struct ForeignTool {
    std::string_view name;
    std::string_view table;    ///< its name, where nobody chose another
    std::string_view columns;  ///< that it has at least, with blanks between
    std::string_view lacks;    ///< a column that tells another tool's table
    bool keeps_sql = true;     ///< its migrations may be SQL files that Keel reads
    /// What is applied now, in the order of application.
    std::vector<ForeignRow> (*read)(const ForeignQuery& query) = nullptr;

    bool fits(const ForeignTable& found) const;
};

std::span<const ForeignTool> foreign_tools() noexcept;
/// Throws ErrorKind::usage naming the nearest.
const ForeignTool& foreign_tool(std::string_view name);

/// A tool's history that is in the database.
struct FoundHistory {
    const ForeignTool* tool = nullptr;
    ForeignTable table;

    std::vector<ForeignRow> read(Connection& connection, const Engine& engine) const;
};

/// All that are there. `table` is what to look for instead of the usual names, empty for those.
std::vector<FoundHistory> find_histories(Connection& connection, const Engine& engine,
                                         std::string_view table);

/// "2026-01-31T12:00:00Z" of what a database says of a time: text in any usual form, or the seconds
/// or milliseconds since 1970.
std::string foreign_time(std::string_view text);

}  // namespace keel
