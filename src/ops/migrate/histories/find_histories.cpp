#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "ops/migrate/histories/foreign_history.hpp"

namespace keel {
namespace {

constexpr std::string_view postgres_tables =
    "select n.nspname, c.relname, lower(a.attname) from pg_catalog.pg_class c "
    "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
    "where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' "
    "and n.nspname not in ('information_schema', 'keel') and lower(c.relname) = any($1::text[]) "
    "order by 1, 2, a.attnum";

constexpr std::string_view sqlite_tables =
    "select '', t.name, lower(c.name) from sqlite_schema t, pragma_table_info(t.name) c "
    "where t.type = 'table' and instr($1, ',' || lower(t.name) || ',') > 0 order by t.name, c.cid";

std::vector<std::string> wanted_names(std::string_view table) {
    if (!table.empty()) {
        const std::size_t dot = table.rfind('.');
        return {to_lower(dot == std::string_view::npos ? table : table.substr(dot + 1))};
    }
    std::vector<std::string> names;
    for (const ForeignTool& tool : foreign_tools()) names.emplace_back(tool.table);
    names.emplace_back("ar_internal_metadata");
    return names;
}

std::vector<ForeignTable> read_tables(Connection& connection, const Engine& engine,
                                      const std::vector<std::string>& names) {
    const bool is_postgres = engine.kind() == EngineKind::postgres;
    const std::string list = join(names, ",");
    const std::vector<Value> parameters{is_postgres ? "{" + list + "}" : "," + list + ","};
    std::vector<ForeignTable> tables;
    connection.query(is_postgres ? postgres_tables : sqlite_tables, parameters,
                     [&](const Row& row) {
                         const bool is_new = tables.empty() || tables.back().name != row.text(1) ||
                                             tables.back().schema != row.text(0);
                         if (is_new) tables.push_back({row.string(0), row.string(1), {}});
                         tables.back().columns.push_back(row.string(2));
                     });
    return tables;
}

/// Rails and dbmate keep one table of the same form; Rails has a second one beside it.
constexpr std::string_view rails_table = "ar_internal_metadata";

bool is_whose(const ForeignTool& tool, const ForeignTable& candidate,
              const std::vector<ForeignTable>& tables) {
    if (tool.name != "rails" && tool.name != "dbmate") return true;
    const bool is_rails = std::any_of(tables.begin(), tables.end(), [&](const ForeignTable& table) {
        return table.name == rails_table && table.schema == candidate.schema;
    });
    return is_rails == (tool.name == "rails");
}

std::string seconds_as_time(std::int64_t number) {
    constexpr std::int64_t first_in_milliseconds = 100'000'000'000;  // 1973; as seconds, year 5138
    const auto milliseconds = number < first_in_milliseconds ? number * 1000 : number;
    return format_utc(TimePoint(std::chrono::milliseconds(milliseconds)));
}

}  // namespace

bool ForeignTable::has(std::string_view column) const {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
}

std::string ForeignTable::shown() const {
    return schema.empty() ? name : fmt::format("{}.{}", schema, name);
}

std::string ForeignQuery::utc(std::string_view column) const {
    if (!is_postgres()) return fmt::format("coalesce(cast({} as text), '')", column);
    return fmt::format(
        "coalesce(to_char({}::timestamptz at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
        "'')",
        column);
}

std::string ForeignQuery::hex(std::string_view column) const {
    return is_postgres() ? fmt::format("encode({}, 'hex')", column)
                         : fmt::format("lower(hex({}))", column);
}

bool ForeignTool::fits(const ForeignTable& found) const {
    const auto wanted = split(columns, ' ');
    return (lacks.empty() || !found.has(lacks)) &&
           std::all_of(wanted.begin(), wanted.end(),
                       [&](const std::string& column) { return found.has(column); });
}

const ForeignTool& foreign_tool(std::string_view name) {
    std::vector<std::string> names;
    for (const ForeignTool& tool : foreign_tools()) {
        if (tool.name == name) return tool;
        names.emplace_back(tool.name);
    }
    throw Error(ErrorKind::usage,
                fmt::format("keel knows no history of '{}'{}", name, did_you_mean(name, names)))
        .with_hint("it knows those of: " + join(names, ", "));
}

std::vector<ForeignRow> FoundHistory::read(Connection& connection, const Engine& engine) const {
    return tool->read({.connection = connection,
                       .engine = engine,
                       .table = engine.dialect().quote(table.schema, table.name)});
}

std::vector<FoundHistory> find_histories(Connection& connection, const Engine& engine,
                                         std::string_view table) {
    const auto tables = read_tables(connection, engine, wanted_names(table));
    std::vector<FoundHistory> found;
    for (const ForeignTable& candidate : tables) {
        for (const ForeignTool& tool : foreign_tools()) {
            const bool is_named = !table.empty() || to_lower(candidate.name) == tool.table;
            if (is_named && tool.fits(candidate) && is_whose(tool, candidate, tables))
                found.push_back({&tool, candidate});
        }
    }
    return found;
}

std::string foreign_time(std::string_view text) {
    if (text.empty()) return format_utc(TimePoint{});
    if (const auto number = parse_unsigned(text))
        return seconds_as_time(static_cast<std::int64_t>(*number));
    constexpr std::size_t seconds_end = 19;
    std::string time(text.substr(0, seconds_end));
    if (time.size() > 10 && time[10] == ' ') time[10] = 'T';
    try {
        return format_utc(parse_utc(time + "Z"));
    } catch (const Error&) {
        return format_utc(TimePoint{});
    }
}

}  // namespace keel
