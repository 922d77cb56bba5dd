#include "engines/postgres/sequences.hpp"

#include <fmt/format.h>

#include <algorithm>
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

}  // namespace

std::vector<SequenceValue> read_sequences(Connection& connection) {
    std::vector<SequenceValue> sequences;
    {
        CatalogSession session(connection);
        session.connection().query(sql::dump_sequences, {}, [&](const Row& row) {
            sequences.push_back({.schema = row.string(0), .name = row.string(1)});
        });
    }
    for (std::span<SequenceValue> rest = sequences; !rest.empty();) {
        const auto batch = rest.first(std::min(read_at_once, rest.size()));
        connection.query(values_query(batch), {}, [&](const Row& row) {
            auto& sequence = batch[static_cast<std::size_t>(row.integer(0))];
            sequence.last_value = row.integer(1);
            sequence.is_called = row.boolean(2);
        });
        rest = rest.subspan(batch.size());
    }
    return sequences;
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
