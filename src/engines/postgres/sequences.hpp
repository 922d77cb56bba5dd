#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "model/manifest.hpp"
#include "model/table_name.hpp"

namespace keel::postgres {

struct SequenceValue {
    std::string schema;
    std::string name;
    std::int64_t last_value = 0;
    bool is_called = false;

    bool operator==(const SequenceValue&) const = default;
};

/// All sequences of users. They do not follow the snapshot: read them after the rows, so that they
/// are not behind them.
std::vector<SequenceValue> read_sequences(Connection& connection);

/// Those that the columns of these tables own; `used`: or that their defaults ask for a value.
enum class TableSequences { owned, used };
std::vector<SequenceValue> read_table_sequences(Connection& connection,
                                                std::span<const TableName> tables,
                                                TableSequences which);
/// Gives sequences their values inside the open transaction, so that undoing it undoes this too.
/// One that is not there is left out.
void set_sequences_here(Connection& connection, const std::vector<SequenceValue>& sequences);

/// Gives them back their values, many to a transaction.
void set_sequences(Connection& connection, const std::vector<SequenceValue>& sequences);

Json to_json(const std::vector<SequenceValue>& sequences);
std::vector<SequenceValue> sequences_from_json(const Json& json);

}  // namespace keel::postgres
