#pragma once

#include "base/json.hpp"
#include "model/sql_action.hpp"

namespace keel::postgres {

/// A Constraint node's body that constrains rows: primary key, unique, foreign key, check,
/// exclusion.
bool is_row_constraint(const Json& constraint);
SqlConstraint read_constraint(const Json& constraint);

/// A ColumnDef node's body, with the constraints written in it.
SqlColumn read_column(const Json& definition);

}  // namespace keel::postgres
