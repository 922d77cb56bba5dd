#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.hpp"
#include "model/manifest.hpp"

namespace keel::postgres {

/// A table of a dump and how its rows are read and put back.
struct DumpTable {
    std::string schema;
    std::string name;
    std::vector<std::string> columns;
    std::string condition;        ///< "where …": which rows of an extension's are users'
    bool is_partitioned = false;  ///< by hash: read and loaded as a whole
    std::int64_t estimate = 0;

    CopySpec copy_out_spec() const;
    CopySpec copy_in_spec() const;
    /// What LOCK TABLE is given.
    std::string lock_target() const;
};

std::vector<DumpTable> read_dump_tables(Connection& connection);

struct SequenceValue {
    std::string schema;
    std::string name;
    std::int64_t last_value = 0;
    bool is_called = false;
};
std::vector<SequenceValue> read_sequences(Connection& connection);

/// Makes texts of values independent of who looks: dates, floats, bytea, time zone; row level
/// security is an error instead of a filter; no time-outs. For the session, or (`local`) for its
/// open transaction.
void set_dump_settings(Connection& connection, bool local);

Json to_json(const std::vector<DumpTable>& tables);
Json to_json(const std::vector<SequenceValue>& sequences);
std::vector<SequenceValue> sequences_from_json(const Json& json);
/// What `content` says about its tables, in the order of `content.tables`.
std::vector<DumpTable> tables_of(const DumpContent& content);

}  // namespace keel::postgres
