#include "engines/postgres/dump_catalog.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

// Tables locked with one statement.
constexpr std::size_t locks_at_once = 200;

std::string column_list(const std::vector<std::string>& columns) {
    std::string list;
    for (const auto& column : columns)
        list += (list.empty() ? "" : ", ") + quote_identifier(column);
    return list;
}

/// By the name of a type of the server's own.
WireKind kind_of(std::string_view type) {
    if (type == "text" || type == "varchar" || type == "bpchar" || type == "json")
        return WireKind::text;
    if (type == "jsonb") return WireKind::json;
    if (type == "int2" || type == "int4" || type == "int8") return WireKind::integer;
    return type == "uuid" ? WireKind::uuid : WireKind::opaque;
}

}  // namespace

CopySpec DumpTable::copy_out_spec(std::string_view pages) const {
    CopySpec spec = copy_in_spec();
    if (is_partitioned || !condition.empty() || !pages.empty())
        spec.query =
            fmt::format("select {} from {}{} {}{}", column_list(columns),
                        is_partitioned ? "" : "only ", quote_name(schema, name), condition, pages);
    return spec;
}

CopySpec DumpTable::changed_out_spec(std::string_view pages) const {
    if (expressions.empty()) return copy_out_spec(pages);
    CopySpec spec = copy_in_spec();
    spec.query =
        fmt::format("select {} from {}{} {}{}", fmt::join(expressions, ", "),
                    is_partitioned ? "" : "only ", quote_name(schema, name), condition, pages);
    return spec;
}

CopySpec DumpTable::copy_in_spec() const {
    CopySpec spec;
    spec.schema = schema;
    spec.table = name;
    spec.columns = columns;
    spec.format = format;
    return spec;
}

std::string DumpTable::quoted() const {
    return quote_name(schema, name);
}

std::string DumpTable::lock_target() const {
    return (is_partitioned ? "" : "only ") + quoted();
}

std::vector<DumpTable> read_dump_tables(Connection& connection) {
    std::vector<DumpTable> tables;
    CatalogSession session(connection);
    session.connection().query(sql::dump_tables, {}, [&](const Row& row) {
        DumpTable table;
        table.schema = row.string(0);
        table.name = row.string(1);
        table.columns = string_list(row.text(2));
        table.condition = row.string(3);
        table.is_partitioned = row.boolean(4);
        table.estimate = row.integer(5);
        table.bytes = static_cast<std::uint64_t>(row.integer(6));
        table.is_binary_safe = row.boolean(7);
        for (const auto& type : string_list(row.text(8))) table.kinds.push_back(kind_of(type));
        tables.push_back(std::move(table));
    });
    return tables;
}

void set_dump_settings(Connection& connection, bool local) {
    const std::vector<Value> params = {local};
    connection.query_text(
        "select pg_catalog.set_config('DateStyle', 'ISO, MDY', $1), "
        "pg_catalog.set_config('IntervalStyle', 'postgres', $1), "
        "pg_catalog.set_config('TimeZone', 'UTC', $1), "
        "pg_catalog.set_config('extra_float_digits', '3', $1), "
        "pg_catalog.set_config('bytea_output', 'hex', $1), "
        "pg_catalog.set_config('xmloption', 'content', $1), "
        "pg_catalog.set_config('row_security', 'off', $1), "
        "pg_catalog.set_config('statement_timeout', '0', $1)",
        params);
}

Json to_json(const std::vector<DumpTable>& tables) {
    Json list = Json::array();
    for (const auto& table : tables) {
        Json item = Json::object();
        if (!table.condition.empty()) item.set("condition", table.condition);
        if (table.is_partitioned) item.set("partitioned", true);
        if (table.bytes > 0) item.set("bytes", table.bytes);
        if (table.parts > 0)
            item.set("parts", table.parts)
                .set("form", table.format == CopyFormat::binary ? "binary" : "text");
        list.push_back(std::move(item));
    }
    return list;
}

void lock_tables(Connection& connection, std::span<const DumpTable> tables) {
    while (!tables.empty()) {
        const auto batch = tables.first(std::min(locks_at_once, tables.size()));
        std::string names;
        for (const auto& table : batch) names += (names.empty() ? "" : ", ") + table.lock_target();
        connection.execute(fmt::format("lock table {} in access share mode", names));
        tables = tables.subspan(batch.size());
    }
}

std::vector<DumpTable> tables_of(const DumpContent& content) {
    const auto& details = content.details.at("tables").as_array();
    if (details.size() != content.tables.size())
        throw Error(ErrorKind::integrity, "the backup's manifest contradicts itself about tables");
    std::vector<DumpTable> tables;
    for (std::size_t i = 0; i < details.size(); ++i) {
        const auto& table = content.tables[i];
        const bool is_binary = details[i].string_or("form", "text") == "binary";
        tables.push_back({.schema = table.schema,
                          .name = table.name,
                          .columns = table.columns,
                          .condition = details[i].string_or("condition", ""),
                          .is_partitioned = details[i].bool_or("partitioned", false),
                          .bytes = static_cast<std::uint64_t>(details[i].integer_or("bytes", 0)),
                          .format = is_binary ? CopyFormat::binary : CopyFormat::text,
                          .parts = static_cast<std::size_t>(details[i].integer_or("parts", 0))});
    }
    return tables;
}

}  // namespace keel::postgres
