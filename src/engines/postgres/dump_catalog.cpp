#include "engines/postgres/dump_catalog.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

// The values of so many sequences are read with one statement.
constexpr std::size_t sequences_at_once = 100;

std::string column_list(const std::vector<std::string>& columns) {
    std::string list;
    for (const auto& column : columns)
        list += (list.empty() ? "" : ", ") + quote_identifier(column);
    return list;
}

std::string values_query(std::span<const SequenceValue> sequences) {
    std::string query;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        query +=
            fmt::format("{}select {}, last_value, is_called from {}", i == 0 ? "" : " union all ",
                        i, quote_name(sequences[i].schema, sequences[i].name));
    }
    return query;
}

}  // namespace

CopySpec DumpTable::copy_out_spec() const {
    CopySpec spec;
    spec.schema = schema;
    spec.table = name;
    spec.columns = columns;
    if (is_partitioned || !condition.empty())
        spec.query =
            fmt::format("select {} from {}{} {}", column_list(columns),
                        is_partitioned ? "" : "only ", quote_name(schema, name), condition);
    return spec;
}

CopySpec DumpTable::copy_in_spec() const {
    CopySpec spec;
    spec.schema = schema;
    spec.table = name;
    spec.columns = columns;
    return spec;
}

std::string DumpTable::lock_target() const {
    return (is_partitioned ? "" : "only ") + quote_name(schema, name);
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
        tables.push_back(std::move(table));
    });
    return tables;
}

std::vector<SequenceValue> read_sequences(Connection& connection) {
    std::vector<SequenceValue> sequences;
    {
        CatalogSession session(connection);
        session.connection().query(sql::dump_sequences, {}, [&](const Row& row) {
            sequences.push_back({.schema = row.string(0), .name = row.string(1)});
        });
    }
    for (std::span<SequenceValue> rest = sequences; !rest.empty();) {
        const auto batch = rest.first(std::min(sequences_at_once, rest.size()));
        connection.query(values_query(batch), {}, [&](const Row& row) {
            auto& sequence = batch[static_cast<std::size_t>(row.integer(0))];
            sequence.last_value = row.integer(1);
            sequence.is_called = row.boolean(2);
        });
        rest = rest.subspan(batch.size());
    }
    return sequences;
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
        list.push_back(std::move(item));
    }
    return list;
}

Json to_json(const std::vector<SequenceValue>& sequences) {
    Json list = Json::array();
    for (const auto& sequence : sequences) {
        Json item = Json::object();
        item.set("schema", sequence.schema).set("name", sequence.name);
        item.set("last_value", sequence.last_value).set("is_called", sequence.is_called);
        list.push_back(std::move(item));
    }
    return list;
}

std::vector<SequenceValue> sequences_from_json(const Json& json) {
    std::vector<SequenceValue> sequences;
    for (const auto& item : json.as_array())
        sequences.push_back({.schema = item.at("schema").as_string(),
                             .name = item.at("name").as_string(),
                             .last_value = item.at("last_value").as_integer(),
                             .is_called = item.at("is_called").as_bool()});
    return sequences;
}

std::vector<DumpTable> tables_of(const DumpContent& content) {
    const auto& details = content.details.at("tables").as_array();
    if (details.size() != content.tables.size())
        throw Error(ErrorKind::integrity, "the backup's manifest contradicts itself about tables");
    std::vector<DumpTable> tables;
    for (std::size_t i = 0; i < details.size(); ++i) {
        const auto& table = content.tables[i];
        tables.push_back({.schema = table.schema,
                          .name = table.name,
                          .columns = table.columns,
                          .condition = details[i].string_or("condition", ""),
                          .is_partitioned = details[i].bool_or("partitioned", false)});
    }
    return tables;
}

}  // namespace keel::postgres
