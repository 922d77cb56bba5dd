#include "ops/kit/current_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/inspector.hpp"
#include "ops/kit/table_report.hpp"

namespace keel {

namespace {

/// Larger databases are not counted row by row for a plan: the engine's estimate serves.
constexpr std::int64_t largest_counted = 256 << 20;
/// More differing tables than this are only counted.
constexpr std::size_t most_tables_shown = 20;

void read_tables(OperationContext& context, Connection& connection, CurrentState& state) {
    const Engine& engine = context.engine();
    const ServerInfo info = engine.admin().info(connection);
    state.bytes = static_cast<std::uint64_t>(info.size_bytes);
    state.is_exact = info.size_bytes <= largest_counted;
    state.location = engine.admin().identity(connection).location;
    const RowCounts counting = state.is_exact ? RowCounts::exact : RowCounts::estimate;
    for (const Table& table : engine.inspector().inspect(connection, {.rows = counting}).tables) {
        const std::int64_t rows = std::max<std::int64_t>(table.rows.value_or(0), 0);
        state.tables.push_back(
            {.schema = table.schema, .name = table.name, .rows = static_cast<std::uint64_t>(rows)});
    }
    if (const auto& marker = context.marker().marker) state.instance_id = marker->instance_id;
}

bool is_unreadable(const Error& error) {
    return error.kind() == ErrorKind::invalid_input || error.kind() == ErrorKind::integrity;
}

std::string expected_location(const DatabaseUrl& url) {
    if (url.engine() == EngineKind::postgres) return url.database();
    return std::filesystem::weakly_canonical(url.path()).string();
}

std::string describe_now(const CurrentState& now) {
    switch (now.kind) {
        case CurrentState::Kind::absent:
            return "now nothing is there";
        case CurrentState::Kind::unreadable:
            return "what is there now cannot be read: " + now.problem;
        case CurrentState::Kind::readable:
            return fmt::format("now {} in {} tables", format_bytes(now.bytes), now.tables.size());
    }
    return {};
}

using Rows = std::map<std::string, std::uint64_t>;

Rows rows_of(const std::vector<TableContent>& tables) {
    Rows rows;
    for (const TableContent& table : tables) rows[table_name(table)] = table.rows;
    return rows;
}

struct Words {
    std::string_view about;
    std::string_view origin;
};

std::string difference(const std::string& table, std::optional<std::uint64_t> now,
                       std::optional<std::uint64_t> then, const Words& words) {
    const auto& [about, origin] = words;
    if (!now) return fmt::format("{}: not there now, {} rows in {}", table, *then, origin);
    if (!then) return fmt::format("{}: {}{} rows now, not in {}", table, about, *now, origin);
    return fmt::format("{}: {}{} rows now, {} in {}", table, about, *now, *then, origin);
}

std::optional<std::uint64_t> find(const Rows& rows, const std::string& table) {
    const auto found = rows.find(table);
    if (found == rows.end()) return std::nullopt;
    return found->second;
}

}  // namespace

CurrentState read_current_state(OperationContext& context) {
    CurrentState state;
    try {
        if (Connection* connection = context.connection_if_exists()) {
            state.kind = CurrentState::Kind::readable;
            read_tables(context, *connection, state);
            return state;
        }
    } catch (const Error& error) {
        if (!is_unreadable(error)) throw;
        state = {.kind = CurrentState::Kind::unreadable, .problem = error.message()};
    }
    state.location = expected_location(context.environment().url);
    return state;
}

std::vector<std::string> compare(const CurrentState& now, const std::vector<TableContent>& tables,
                                 std::string_view origin) {
    std::vector<std::string> lines = {describe_now(now)};
    if (now.kind != CurrentState::Kind::readable) return lines;
    const Rows present = rows_of(now.tables);
    const Rows stored = rows_of(tables);
    Rows all = present;
    all.insert(stored.begin(), stored.end());
    std::size_t differing = 0;
    for (const auto& [table, unused] : all) {
        const auto before = find(present, table);
        const auto after = find(stored, table);
        if (before == after || ++differing > most_tables_shown) continue;
        lines.push_back(difference(table, before, after, {now.is_exact ? "" : "about ", origin}));
    }
    if (differing == 0)
        lines.push_back(fmt::format("every table has as many rows as in {}", origin));
    if (differing > most_tables_shown) {
        lines.push_back(fmt::format("and {} more tables differ", differing - most_tables_shown));
    }
    return lines;
}

}  // namespace keel
