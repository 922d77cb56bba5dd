#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "model/manifest.hpp"

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

/// Gives them back their values, many to a transaction.
void set_sequences(Connection& connection, const std::vector<SequenceValue>& sequences);

Json to_json(const std::vector<SequenceValue>& sequences);
std::vector<SequenceValue> sequences_from_json(const Json& json);

}  // namespace keel::postgres
