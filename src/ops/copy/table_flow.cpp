#include "ops/copy/table_flow.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
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

TableFlow make_table_flow(const RowRoute& route, const TablePair& pair,
                          std::span<const TableId> binary) {
    TableFlow flow;
    if (route.transforms != nullptr)
        flow.transform = route.transforms->for_table(pair.source->schema, pair.source->name,
                                                     pair.source_columns());
    const auto columns = pair.target_columns();
    if (route.is_other_engine()) {
        flow.conversion = conversion_of(pair, route.target.kind());
        flow.source_format = exchange_format(route.source.kind());
        flow.target_format = exchange_format(route.target.kind());
        for (const auto place : flow.conversion->exact_columns())
            flow.comparable.push_back(columns[place]);
        return flow;
    }
    const bool is_sqlite = route.source.kind() == EngineKind::sqlite;
    const bool is_safe = std::ranges::find(binary, pair.source_name()) != binary.end() &&
                         pair.has_same_types() && flow.transform == nullptr;
    if (is_sqlite || is_safe) flow.source_format = flow.target_format = CopyFormat::binary;
    if (pair.has_same_types()) flow.comparable = columns;
    return flow;
}

CopySpec source_spec(const RowRoute& route, const TablePair& pair, const TableFlow& flow) {
    const Table& table = *pair.source;
    const auto columns = pair.source_columns();
    auto spec = reading_spec(table, columns, route.source);
    spec.format = flow.source_format;
    if (route.transforms == nullptr) return spec;
    const auto& dialect = route.source.dialect();
    std::vector<std::string> parts;
    bool is_any = false;
    for (const auto& column : columns) {
        auto expression = route.transforms->expression(table.schema, table.name, column);
        is_any = is_any || !expression.empty();
        parts.push_back(expression.empty() ? dialect.quote(column) : std::move(expression));
    }
    const bool has_own_rows =
        route.source.kind() == EngineKind::postgres && table.kind != TableKind::partitioned;
    if (is_any)
        spec.query =
            fmt::format("select {} from {}{}", join(parts, ", "), has_own_rows ? "only " : "",
                        dialect.quote(table.schema, table.name));
    return spec;
}

CopySpec target_spec(const RowRoute& route, const TablePair& pair, const TableFlow& flow) {
    auto spec = reading_spec(*pair.target,
                             flow.comparable.empty() ? pair.target_columns() : flow.comparable,
                             route.target);
    spec.format = flow.target_format;
    return spec;
}

void require_same_rows(const RowDigest& found, const RowDigest& sent, const TableFlow& flow,
                       std::string_view table) {
    const bool has_values = !flow.comparable.empty();
    if (has_values ? found == sent : found.rows() == sent.rows()) return;
    throw Error(ErrorKind::integrity,
                found.rows() == sent.rows()
                    ? fmt::format("table {} arrived with other values than were sent", table)
                    : fmt::format("table {} arrived with {} rows, {} were sent", table,
                                  found.rows(), sent.rows()))
        .with_hint("the target was left as it was");
}

void check_values(const RowRoute& route, const RowPairs& pairs, Connection& connection,
                  const Context& context) {
    if (!route.is_other_engine()) return;
    std::vector<std::string> problems;
    for (const auto& pair : pairs.tables) {
        const auto flow = make_table_flow(route, pair, {});
        const auto source = connection.copy_out(source_spec(route, pair, flow));
        move_rows({.source = *source,
                   .transform = flow.transform.get(),
                   .conversion = flow.conversion.get(),
                   .is_binary = flow.source_format == CopyFormat::binary,
                   .only_checks = true,
                   .phase = "check values",
                   .item = pair.source->name},
                  context);
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

}  // namespace keel
