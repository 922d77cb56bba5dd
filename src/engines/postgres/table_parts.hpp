#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "db/connection.hpp"
#include "model/schema_model.hpp"
#include "model/table_name.hpp"

namespace keel::postgres {

/// A table's name, and its key in a SchemaModel.
struct NamedTable {
    TableName table;
    std::string key;
};
/// Every table of users', partitioned ones and partitions too.
std::vector<NamedTable> read_named_tables(Connection& connection);

using Keys = std::set<std::string>;

/// These tables, and all partitions below them.
Keys with_partitions(const SchemaModel& model, Keys tables);
/// The tables and all that goes with them: columns, keys, indexes, triggers, policies, privileges,
/// comments, the sequences that they own.
Keys parts_of(const SchemaModel& model, const Keys& tables);
/// What those need besides, and cannot be made without, other tables and their parts excepted:
/// types, functions, schemas, sequences.
Keys needs_of(const SchemaModel& model, const Keys& parts);
/// What is in the way while rows are put into the tables, or slows it down, and can be made again
/// afterwards: foreign keys from and to them, their triggers, rules, policies and plain indexes,
/// with what hangs on those.
Keys put_aside(const SchemaModel& model, const Keys& tables);

SchemaModel without(const SchemaModel& model, const Keys& keys);
SchemaModel only(const SchemaModel& model, const Keys& keys);

Json to_json(const SchemaModel& model);
SchemaModel schema_model_from_json(const Json& json);
Json to_json(std::span<const NamedTable> tables);
std::vector<NamedTable> named_tables_from_json(const Json& json);

}  // namespace keel::postgres
