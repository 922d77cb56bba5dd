#include "ops/copy/rows_loader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "db/copier.hpp"
#include "db/dialect.hpp"
#include "db/row_conversion.hpp"
#include "ops/copy/foreign_keys.hpp"
#include "ops/copy/row_mover.hpp"

namespace keel {
namespace {

constexpr std::size_t values_named = 12;

std::string column_list(const std::vector<std::string>& columns, const Dialect& dialect) {
    std::vector<std::string> quoted;
    for (const auto& column : columns) quoted.push_back(dialect.quote(column));
    return join(quoted, ", ");
}

bool has_generated(const Table& table, const std::vector<std::string>& columns) {
    return std::ranges::any_of(table.columns, [&](const Column& column) {
        return (column.generated == "stored" || column.generated == "virtual") &&
               std::ranges::find(columns, column.name) != columns.end();
    });
}

/// A partitioned table's rows are its partitions'; one that others inherit from has its own. COPY
/// gives generated columns out of queries only.
CopySpec reading_spec(const Table& table, const std::vector<std::string>& columns,
                      const Engine& engine) {
    const auto& dialect = engine.dialect();
    CopySpec spec;
    spec.schema = table.schema;
    spec.table = table.name;
    spec.columns = columns;
    const bool is_whole = table.kind == TableKind::partitioned;
    const bool has_own_rows = engine.kind() == EngineKind::postgres && !is_whole;
    if (is_whole || has_generated(table, columns))
        spec.query =
            fmt::format("select {} from {}{}", column_list(columns, dialect),
                        has_own_rows ? "only " : "", dialect.quote(table.schema, table.name));
    return spec;
}

/// The same, with what the transforms read instead of columns.
CopySpec changed_spec(const Table& table, const std::vector<std::string>& columns,
                      const Engine& engine, const RowTransforms* transforms) {
    auto spec = reading_spec(table, columns, engine);
    if (transforms == nullptr) return spec;
    std::vector<std::string> parts;
    bool is_any = false;
    for (const auto& column : columns) {
        auto expression = transforms->expression(table.schema, table.name, column);
        is_any = is_any || !expression.empty();
        parts.push_back(expression.empty() ? engine.dialect().quote(column)
                                           : std::move(expression));
    }
    const bool has_own_rows =
        engine.kind() == EngineKind::postgres && table.kind != TableKind::partitioned;
    if (is_any)
        spec.query =
            fmt::format("select {} from {}{}", join(parts, ", "), has_own_rows ? "only " : "",
                        engine.dialect().quote(table.schema, table.name));
    return spec;
}

std::unique_ptr<RowConversion> conversion_of(const TablePair& pair, EngineKind to) {
    std::vector<ConvertedColumn> columns;
    for (const auto& column : pair.columns)
        columns.push_back({.name = column.source->name,
                           .source_type = column.source->type,
                           .target_type = column.target->type,
                           .nullable = column.target->nullable});
    return to == EngineKind::postgres ? make_sqlite_to_postgres(std::move(columns))
                                      : make_postgres_to_sqlite(std::move(columns));
}

}  // namespace

/// How rows of one table get from here to there.
struct RowsLoader::Flow {
    CopyFormat source_format = CopyFormat::text;
    CopyFormat target_format = CopyFormat::text;
    std::unique_ptr<RowTransform> transform;
    std::unique_ptr<RowConversion> conversion;
    std::vector<std::string> comparable;  ///< target's columns whose values come back as sent
};

RowsLoader::Flow RowsLoader::flow_of(const TablePair& pair) const {
    Flow flow;
    if (parts_.transforms != nullptr)
        flow.transform = parts_.transforms->for_table(pair.source->schema, pair.source->name,
                                                      pair.source_columns());
    const auto columns = pair.target_columns();
    if (is_other_engine()) {
        flow.conversion = conversion_of(pair, parts_.target_engine.kind());
        flow.source_format = exchange_format(parts_.source_engine.kind());
        flow.target_format = exchange_format(parts_.target_engine.kind());
        for (const auto place : flow.conversion->exact_columns())
            flow.comparable.push_back(columns[place]);
        return flow;
    }
    const bool is_sqlite = parts_.source_engine.kind() == EngineKind::sqlite;
    const bool is_safe = std::ranges::find(binary_, pair.source_name()) != binary_.end() &&
                         pair.has_same_types() && flow.transform == nullptr;
    if (is_sqlite || is_safe) flow.source_format = flow.target_format = CopyFormat::binary;
    if (pair.has_same_types()) flow.comparable = columns;
    return flow;
}

LoadedRows RowsLoader::run() {
    const RowPort& from = parts_.source_engine.copier().rows();
    from.begin_reading(parts_.source);
    if (parts_.on_snapshot) parts_.on_snapshot(parts_.source);
    binary_ = from.binary_tables(parts_.source);
    // A choice of rows is made once, in one state.
    if (parts_.on_snapshot) check_values();
    try {
        return load();
    } catch (const Error& error) {
        const bool is_refused = is_other_engine() && error.kind() == ErrorKind::invalid_input;
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
    check_values();
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
    read_counters();
    for (const auto& statement : parts_.after) parts_.target.execute(statement);
    load->set_counters(tables, counters_, parts_.merges);
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
        const auto flow = flow_of(pair);
        auto spec = changed_spec(*pair.source, pair.source_columns(), parts_.source_engine,
                                 parts_.transforms);
        spec.format = flow.source_format;
        const auto source = parts_.source.copy_out(spec);
        const auto theirs = move_rows({.source = *source,
                                       .transform = flow.transform.get(),
                                       .conversion = flow.conversion.get(),
                                       .is_binary = flow.source_format == CopyFormat::binary,
                                       .phase = "compare",
                                       .item = pair.source->name},
                                      parts_.context);
        const bool has_values = !flow.comparable.empty();
        spec = reading_spec(*pair.target, has_values ? flow.comparable : pair.target_columns(),
                            parts_.target_engine);
        spec.format = flow.target_format;
        const auto target = parts_.target.copy_out(spec);
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

/// Everything that cannot be converted is told at once.
void RowsLoader::check_values() {
    if (!is_other_engine()) return;
    std::vector<std::string> problems;
    for (const auto& pair : parts_.pairs.tables) {
        const auto flow = flow_of(pair);
        auto spec = changed_spec(*pair.source, pair.source_columns(), parts_.source_engine,
                                 parts_.transforms);
        spec.format = flow.source_format;
        const auto source = parts_.source.copy_out(spec);
        move_rows({.source = *source,
                   .transform = flow.transform.get(),
                   .conversion = flow.conversion.get(),
                   .is_binary = flow.source_format == CopyFormat::binary,
                   .only_checks = true,
                   .phase = "check values",
                   .item = pair.source->name},
                  parts_.context);
        for (const auto& problem : flow.conversion->problems())
            problems.push_back(fmt::format("{}.{}: {} {}", shown_name(*pair.source), problem.column,
                                           count_of(problem.values, "value"), problem.reason));
    }
    if (problems.empty()) return;
    const auto named = std::min(problems.size(), values_named);
    auto text = join(std::span(problems).first(named), "; ");
    if (named < problems.size())
        text += fmt::format(" and {} more columns", problems.size() - named);
    throw Error(ErrorKind::unsupported, "values of the source have no place in the target: " + text)
        .with_hint(
            "correct them in the source, give the target's column another type, or leave the table "
            "out with --exclude");
}

LoadedTable RowsLoader::load_table(RowLoad& load, const TablePair& pair) {
    LoadedTable result;
    result.table = pair.target_name();
    result.shown = shown_name(*pair.target);
    try {
        const auto flow = flow_of(pair);
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
        auto spec = changed_spec(*pair.source, pair.source_columns(), parts_.source_engine,
                                 parts_.transforms);
        spec.format = flow.source_format;
        const auto source = parts_.source.copy_out(spec);
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
        auto written =
            parts_.merges
                ? place
                : reading_spec(*pair.target, flow.comparable.empty() ? columns : flow.comparable,
                               parts_.target_engine);
        written.format = place.format;
        if (!flow.comparable.empty()) written.columns = flow.comparable;
        compare(written, !flow.comparable.empty(), sent, result);
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
void RowsLoader::compare(const CopySpec& written, bool has_values, const RowDigest& sent,
                         const LoadedTable& table) {
    const auto source = parts_.target.copy_out(written);
    const auto found = move_rows(
        {.source = *source, .phase = "compare", .item = table.table.name, .total = table.rows},
        parts_.context);
    if (has_values ? found == sent : found.rows() == sent.rows()) return;
    throw Error(ErrorKind::integrity,
                found.rows() == sent.rows()
                    ? fmt::format("table {} arrived with other values than were sent", table.shown)
                    : fmt::format("table {} arrived with {} rows, {} were sent", table.shown,
                                  found.rows(), sent.rows()))
        .with_hint("the target was left as it was");
}

/// Nobody checked them while the rows went in.
void RowsLoader::check_foreign_keys(const std::vector<TableId>& tables, LoadedRows& loaded) {
    const bool both_sqlite =
        !is_other_engine() && parts_.target_engine.kind() == EngineKind::sqlite;
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

/// After the rows, so that they are not behind them.
void RowsLoader::read_counters() {
    for (auto& counter : parts_.source_engine.copier().rows().counters(parts_.source)) {
        for (const auto& pair : parts_.pairs.tables) {
            if (counter.table.name != pair.source->name) continue;
            if (!counter.table.schema.empty() && counter.table.schema != pair.source->schema)
                continue;
            for (const auto& column : pair.columns)
                if (column.source->name == counter.column) {
                    counters_.push_back({.table = pair.target_name(),
                                         .column = column.target->name,
                                         .last = counter.last});
                }
        }
    }
}

}  // namespace keel
