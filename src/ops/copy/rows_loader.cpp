#include "ops/copy/rows_loader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "db/copier.hpp"
#include "db/dialect.hpp"
#include "ops/copy/foreign_keys.hpp"
#include "ops/copy/row_mover.hpp"
#include "ops/copy/table_flow.hpp"

namespace keel {

LoadedRows RowsLoader::run() {
    const RowPort& from = parts_.source_engine.copier().rows();
    from.begin_reading(parts_.source);
    if (parts_.on_snapshot) parts_.on_snapshot(parts_.source);
    binary_ = from.binary_tables(parts_.source);
    // A choice of rows is made once, in one state.
    if (parts_.on_snapshot) check_values(route_, parts_.pairs, parts_.source, parts_.context);
    try {
        return load();
    } catch (const Error& error) {
        const bool is_refused =
            route_.is_other_engine() && error.kind() == ErrorKind::invalid_input;
        if (!is_refused || parts_.on_snapshot) throw;
        list_refused();
        throw;
    }
}

/// The first value without a place has ended the load, and the target is as it was: now all of them
/// are told.
void RowsLoader::list_refused() {
    if (!parts_.source.is_usable()) return;
    parts_.source.rollback();
    parts_.source_engine.copier().rows().begin_reading(parts_.source);
    check_values(route_, parts_.pairs, parts_.source, parts_.context);
}

LoadedRows RowsLoader::load() {
    const RowPort& to = parts_.target_engine.copier().rows();
    std::vector<TableId> tables;
    for (const auto& pair : parts_.pairs.tables) tables.push_back(pair.target_name());
    const auto load = to.begin_loading(parts_.target, tables);
    for (const auto& statement : parts_.before) parts_.target.execute(statement);
    if (!parts_.merges) load->empty(tables);
    LoadedRows loaded;
    for (const auto& pair : parts_.pairs.tables) loaded.tables.push_back(load_table(*load, pair));
    // After the rows, so that they are not behind them.
    const auto counters =
        counters_for(parts_.pairs, parts_.source_engine.copier().rows().counters(parts_.source));
    for (const auto& statement : parts_.after) parts_.target.execute(statement);
    load->set_counters(tables, counters, parts_.merges);
    check_foreign_keys(tables, loaded);
    parts_.context.check_cancelled("copying");
    load->commit();
    parts_.source.rollback();
    return loaded;
}

std::vector<ComparedTable> RowsLoader::compare_only() {
    parts_.source_engine.copier().rows().begin_reading(parts_.source);
    if (parts_.on_snapshot) parts_.on_snapshot(parts_.source);
    parts_.target_engine.copier().rows().begin_reading(parts_.target);
    std::vector<ComparedTable> tables;
    for (const auto& pair : parts_.pairs.tables) {
        const auto flow = make_table_flow(route_, pair, binary_);
        const auto source = parts_.source.copy_out(source_spec(route_, pair, flow));
        const auto theirs = move_rows({.source = *source,
                                       .transform = flow.transform.get(),
                                       .conversion = flow.conversion.get(),
                                       .is_binary = flow.source_format == CopyFormat::binary,
                                       .phase = "compare",
                                       .item = pair.source->name},
                                      parts_.context);
        const bool has_values = !flow.comparable.empty();
        const auto target = parts_.target.copy_out(target_spec(route_, pair, flow));
        const auto ours = move_rows(
            {.source = *target, .phase = "compare", .item = pair.target->name}, parts_.context);
        tables.push_back({.shown = shown_name(*pair.target),
                          .rows_source = theirs.rows(),
                          .rows = ours.rows(),
                          .is_equal = has_values ? theirs == ours : theirs.rows() == ours.rows()});
    }
    parts_.source.rollback();
    parts_.target.rollback();
    return tables;
}

LoadedTable RowsLoader::load_table(RowLoad& load, const TablePair& pair) {
    LoadedTable result;
    result.table = pair.target_name();
    result.shown = shown_name(*pair.target);
    try {
        const auto flow = make_table_flow(route_, pair, binary_);
        const auto columns = pair.target_columns();
        CopySpec place;
        if (parts_.merges) {
            place = load.side_table(result.table, columns);
        } else {
            place.schema = result.table.schema;
            place.table = result.table.name;
            place.columns = columns;
        }
        place.format = flow.target_format;
        const auto source = parts_.source.copy_out(source_spec(route_, pair, flow));
        const auto sink = parts_.target.copy_in(place);
        const auto sent =
            move_rows({.source = *source,
                       .sink = sink.get(),
                       .transform = flow.transform.get(),
                       .conversion = flow.conversion.get(),
                       .is_binary = flow.source_format == CopyFormat::binary,
                       .phase = "copy",
                       .item = pair.source->name,
                       .total = static_cast<std::uint64_t>(pair.source->rows.value_or(0))},
                      parts_.context);
        result.rows = sink->finish();
        result.is_compared = flow.comparable.size() == columns.size();
        auto written = parts_.merges ? place : target_spec(route_, pair, flow);
        if (!flow.comparable.empty()) written.columns = flow.comparable;
        compare(written, flow, sent, result);
        if (!parts_.merges) return result;
        const auto merged = load.merge(result.table, columns, pair.key);
        result.added = merged.added;
        result.replaced = merged.replaced;
    } catch (Error& error) {
        error.add_trail(fmt::format("copy the rows of {}", shown_name(*pair.source)));
        throw;
    }
    return result;
}

/// Reads back what was written, as far as it comes back as it was sent.
void RowsLoader::compare(const CopySpec& written, const TableFlow& flow, const RowDigest& sent,
                         const LoadedTable& table) {
    const auto source = parts_.target.copy_out(written);
    const auto found = move_rows(
        {.source = *source, .phase = "compare", .item = table.table.name, .total = table.rows},
        parts_.context);
    require_same_rows(found, sent, flow, table.shown);
}

/// Nobody checked them while the rows went in.
void RowsLoader::check_foreign_keys(const std::vector<TableId>& tables, LoadedRows& loaded) {
    const bool both_sqlite =
        !route_.is_other_engine() && parts_.target_engine.kind() == EngineKind::sqlite;
    const auto& dialect = parts_.target_engine.dialect();
    const auto theirs = foreign_keys_of(parts_.source_catalog);
    std::vector<std::string> broken;
    for (const auto& key : foreign_keys_around(parts_.target_catalog, tables)) {
        parts_.context.check_cancelled("checking foreign keys");
        parts_.context.progress.on(
            {.phase = "check foreign keys", .item = key.child->name, .done = 0, .total = 0});
        const auto dangling = count_dangling(parts_.target, dialect, key);
        loaded.checked.push_back(key.shown());
        if (dangling == 0) continue;
        const auto text = fmt::format("{}: {}", key.shown(), count_of(dangling, "row"));
        const auto same = std::ranges::find_if(
            theirs, [&](const TableReference& other) { return other.shown() == key.shown(); });
        const bool is_known =
            !key.constraint->validated ||
            (both_sqlite && same != theirs.end() &&
             count_dangling(parts_.source, parts_.source_engine.dialect(), *same) >= dangling);
        (is_known ? loaded.warnings : broken).push_back(text);
    }
    for (auto& warning : loaded.warnings)
        warning = "refers to rows that are not there, as in the source: " + warning;
    if (broken.empty()) return;
    throw Error(ErrorKind::constraint,
                "rows would refer to rows that are not there: " + join(broken, "; "))
        .with_hint("copy the tables that they refer to as well; nothing was changed");
}

}  // namespace keel
