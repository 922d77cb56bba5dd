#include "engines/postgres/row_units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace keel::postgres {
namespace {

constexpr std::int64_t first_with_ranges = 140'000;
// A range below this costs more in round trips than it evens out.
constexpr std::uint64_t smallest_unit = std::uint64_t{32} << 20;
constexpr std::uint64_t rows_at_once = 4096;
// Of a backup; 32 MiB of usual pages.
constexpr std::uint64_t stored_pages = 4096;
constexpr std::uint64_t most_stored_units = 64;

/// Whether ranges of its pages hold all of its rows.
bool can_split(const DumpTable& table, const UnitOptions& options) {
    return options.may_split && !table.is_partitioned && table.condition.empty();
}

void put_largest_first(std::vector<RowUnit>& units, std::span<const DumpTable> tables) {
    std::ranges::stable_sort(units, std::greater(),
                             [&](const RowUnit& unit) { return tables[unit.table].bytes; });
}

/// Of a fixed number of pages each; the last has the rest.
void add_stored_units(std::vector<RowUnit>& units, const DumpTable& table, std::size_t index,
                      std::uint64_t page_size) {
    const std::uint64_t pages = table.bytes / page_size;
    std::uint64_t unit_pages = stored_pages;
    while (pages / unit_pages > most_stored_units) unit_pages *= 2;
    const std::uint64_t count = std::max<std::uint64_t>(1, pages / unit_pages);
    for (std::uint64_t i = 0; i < count; ++i) {
        RowUnit unit;
        unit.table = index;
        unit.part = static_cast<std::size_t>(i);
        unit.first_page = i * unit_pages;
        if (i + 1 < count) unit.end_page = (i + 1) * unit_pages;
        unit.bytes = table.bytes / count;
        unit.is_whole = count == 1;
        units.push_back(unit);
    }
}

void add_units(std::vector<RowUnit>& units, const DumpTable& table, std::size_t index,
               std::uint64_t unit_pages, std::uint64_t page_size) {
    const std::uint64_t pages = table.bytes / page_size;
    const std::uint64_t count = std::max<std::uint64_t>(1, pages / unit_pages);
    for (std::uint64_t i = 0; i < count; ++i) {
        RowUnit unit;
        unit.table = index;
        unit.part = static_cast<std::size_t>(i);
        unit.first_page = pages * i / count;
        if (i + 1 < count) unit.end_page = pages * (i + 1) / count;
        unit.bytes = table.bytes / count;
        unit.is_whole = count == 1;
        units.push_back(unit);
    }
}

}  // namespace

std::string RowUnit::condition() const {
    if (is_whole) return {};
    // A page number has 32 bits; 0 is a line that no row has.
    std::string text = fmt::format("where ctid >= '({},0)'", first_page);
    if (end_page) text += fmt::format(" and ctid < '({},0)'", *end_page);
    return text;
}

std::vector<RowUnit> plan_row_units(std::span<const DumpTable> tables, const UnitOptions& options) {
    std::uint64_t total = 0;
    for (const auto& table : tables) total += table.bytes;
    const std::uint64_t unit =
        std::max(smallest_unit, total / (options.workers * options.units_each));
    const std::uint64_t unit_pages = std::max<std::uint64_t>(1, unit / options.page_size);
    std::vector<RowUnit> units;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (options.workers > 1 && can_split(tables[i], options))
            add_units(units, tables[i], i, unit_pages, options.page_size);
        else
            units.push_back({.table = i, .end_page = {}, .bytes = tables[i].bytes});
    }
    put_largest_first(units, tables);
    return units;
}

std::vector<RowUnit> plan_stored_units(std::span<const DumpTable> tables,
                                       const UnitOptions& options) {
    std::vector<RowUnit> units;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (can_split(tables[i], options))
            add_stored_units(units, tables[i], i, options.page_size);
        else
            units.push_back({.table = i, .end_page = {}, .bytes = tables[i].bytes});
    }
    put_largest_first(units, tables);
    return units;
}

bool has_page_ranges(Connection& connection) {
    return connection.query_integer("show server_version_num") >= first_with_ranges;
}

RowDigest pump_rows(const RowPump& pump) {
    RowDigest digest;
    RowEditor editor;
    std::uint64_t since = 0;
    for (auto row = pump.source.next(); !row.empty(); row = pump.source.next()) {
        if (++since == rows_at_once) {
            pump.on_rows(std::exchange(since, 0));
            if (pump.stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
        }
        if (pump.transform != nullptr) {
            if (pump.kinds.empty())
                editor.open(row);
            else
                editor.open_wire(row, pump.kinds);
            if (!pump.transform->apply(editor)) continue;
            row = editor.finish();
        }
        digest.add(row);
        if (pump.sink != nullptr) pump.sink->put(row);
    }
    pump.on_rows(since);
    return digest;
}

}  // namespace keel::postgres
