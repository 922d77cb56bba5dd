#pragma once

#include <string>
#include <vector>

#include "db/engine.hpp"
#include "ops/kit/schema_prove.hpp"

namespace keel {

/// What a plan would take from the rows that are there: tables with rows and columns with values
/// that go, types that hold less. Empty when every row has its place in the new schema.
std::vector<std::string> find_losses(Connection& connection, const SchemaModel& now,
                                     const ProvenPlan& plan);

}  // namespace keel
