#pragma once

#include <string>

#include "base/json.hpp"
#include "model/sql_action.hpp"

namespace keel::postgres {

struct JudgedDefault {
    DefaultKind kind = DefaultKind::none;
    std::string function;  ///< which decided it
};

/// How PostgreSQL works out a default expression for rows that are there: once, or row by row.
JudgedDefault judge_default(const Json& expression);

}  // namespace keel::postgres
