#include "engines/postgres/sequences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "db/transaction.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

// The values of so many sequences are read with one statement.
constexpr std::size_t read_at_once = 100;
// setval calls in one transaction.
constexpr std::size_t set_at_once = 500;

std::string values_query(std::span<const SequenceValue> sequences) {
    std::string query;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        query +=
            fmt::format("{}select {}, last_value, is_called from {}", i == 0 ? "" : " union all ",
                        i, quote_name(sequences[i].schema, sequences[i].name));
    }
    return query;
}

/// Sequences that a table's columns own, or ($3) whose values its defaults ask for.
constexpr std::string_view of_table = R"(
    select distinct sn.nspname, s.relname
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef a on a.adrelid = c.oid
    join pg_depend d on (d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
                         and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
                     or ($3 and d.classid = 'pg_attrdef'::regclass and d.objid = a.oid
                         and d.refclassid = 'pg_class'::regclass)
    join pg_class s on s.relkind = 'S'
                   and s.oid = case d.classid when 'pg_class'::regclass then d.objid
                                              else d.refobjid end
    join pg_namespace sn on sn.oid = s.relnamespace
    where n.nspname = $1 and c.relname = $2)";

void read_values(Connection& connection, std::vector<SequenceValue>& sequences) {
    for (std::span<SequenceValue> rest = sequences; !rest.empty();) {
        const auto batch = rest.first(std::min(read_at_once, rest.size()));
        connection.query(values_query(batch), {}, [&](const Row& row) {
            auto& sequence = batch[static_cast<std::size_t>(row.integer(0))];
            sequence.last_value = row.integer(1);
            sequence.is_called = row.boolean(2);
        });
        rest = rest.subspan(batch.size());
    }
}

}  // namespace

std::vector<SequenceValue> read_sequences(Connection& connection) {
    std::vector<SequenceValue> sequences;
    {
        CatalogSession session(connection);
        session.connection().query(sql::dump_sequences, {}, [&](const Row& row) {
            sequences.push_back({.schema = row.string(0), .name = row.string(1)});
        });
    }
    read_values(connection, sequences);
    return sequences;
}

std::vector<SequenceValue> read_table_sequences(Connection& connection,
                                                std::span<const TableName> tables,
                                                TableSequences which) {
    std::vector<SequenceValue> sequences;
    {
        CatalogSession session(connection);
        std::set<std::pair<std::string, std::string>> seen;
        for (const auto& table : tables) {
            const std::vector<Value> params = {table.schema, table.name,
                                               which == TableSequences::used};
            session.connection().query(of_table, params, [&](const Row& row) {
                if (seen.emplace(row.string(0), row.string(1)).second)
                    sequences.push_back({.schema = row.string(0), .name = row.string(1)});
            });
        }
    }
    read_values(connection, sequences);
    return sequences;
}

void set_sequences_here(Connection& connection, const std::vector<SequenceValue>& sequences) {
    for (const auto& sequence : sequences) {
        const auto name = quote_name(sequence.schema, sequence.name);
        const std::vector<Value> params = {name, sequence.last_value, sequence.is_called};
        if (!connection.query_text("select pg_catalog.to_regclass($1)", std::span(params).first(1)))
            continue;
        // RESTART gives it new storage, which the transaction may throw away; setval alone counts
        // at once.
        connection.execute(fmt::format("alter sequence {} restart", name));
        connection.query_text("select pg_catalog.setval($1::pg_catalog.regclass, $2, $3)", params);
    }
}

void set_sequences(Connection& connection, const std::vector<SequenceValue>& sequences) {
    std::vector<std::string> texts;
    for (const auto& sequence : sequences)
        texts.push_back(fmt::format("select pg_catalog.setval({}, {}, {})",
                                    quote_literal(quote_name(sequence.schema, sequence.name)),
                                    sequence.last_value, sequence.is_called));
    std::vector<Statement> statements;
    for (const auto& text : texts) {
        statements.emplace_back();
        statements.back().text = text;
        statements.back().number = static_cast<int>(statements.size());
    }
    for (std::span<const Statement> rest = statements; !rest.empty();) {
        const auto batch = rest.first(std::min(set_at_once, rest.size()));
        Transaction transaction(connection);
        connection.run_script(batch);
        transaction.commit();
        rest = rest.subspan(batch.size());
    }
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

}  // namespace keel::postgres
