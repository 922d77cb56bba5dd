#include "ops/backup/newest_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "ops/backup/table_choice.hpp"

namespace keel {

namespace {

constexpr std::int64_t largest_read = 64 << 20;
constexpr std::size_t most_tables = 20;

bool is_indexed(const Table& table, const std::string& column) {
    return std::ranges::any_of(table.indexes, [&](const Index& index) {
        return !index.columns.empty() && index.columns.front() == column;
    });
}

const Column* find_column(const Table& table, std::string_view name) {
    for (const Column& column : table.columns)
        if (equals_ignore_case(column.name, name)) return &column;
    return nullptr;
}

/// `may_read`: all of the table, where no index gives the newest at once.
const Column* telling_column(const Table& table, bool may_read) {
    constexpr auto usual =
        std::to_array<std::string_view>({"updated_at", "modified_at", "created_at", "inserted_at",
                                         "added_at", "updated", "created", "timestamp", "date"});
    for (const std::string_view name : usual) {
        const Column* column = find_column(table, name);
        if (column && (may_read || is_indexed(table, column->name))) return column;
    }
    for (const Constraint& constraint : table.constraints) {
        if (constraint.kind != ConstraintKind::primary_key || constraint.columns.size() != 1)
            continue;
        const Column* column = find_column(table, constraint.columns.front());
        if (column && to_lower(column->type).find("int") != std::string::npos) return column;
    }
    return nullptr;
}

}  // namespace

std::map<std::string, std::string> newest_rows(const Engine& engine, Connection& connection,
                                               const std::vector<TableName>& tables) {
    std::map<std::string, std::string> lines;
    if (tables.empty()) return lines;
    // Sizes table by table are no lookup where the tables share one file: that would be read whole.
    const bool is_small = engine.admin().info(connection).size_bytes <= largest_read;
    const bool has_sizes = !is_small && engine.kind() == EngineKind::postgres;
    const Catalog catalog = engine.inspector().inspect(connection, {.sizes = has_sizes});
    for (const TableName& name : tables) {
        if (lines.size() == most_tables) break;
        const Table* table = catalog.find_table(name.schema, name.name);
        if (!table) continue;
        const bool may_read = is_small || (has_sizes && table->bytes <= largest_read);
        const Column* column = telling_column(*table, may_read);
        if (!column) continue;
        const Dialect& dialect = engine.dialect();
        const auto newest =
            connection.query_text(fmt::format("select max({}) from {}", dialect.quote(column->name),
                                              dialect.quote(table->schema, table->name)));
        if (newest)
            lines.emplace(table_name(name),
                          fmt::format("newest {} now: {}", column->name, escape_controls(*newest)));
    }
    return lines;
}

}  // namespace keel
