#pragma once

#include <string>
#include <string_view>

#include "model/sql_action.hpp"

namespace keel::lint {

/// "numeric(10,2)[]" as people write it.
std::string spoken_type(const SqlType& type);
/// A type as PostgreSQL's catalog writes it ("character varying(10)"), under its internal name.
SqlType type_of_catalog(std::string_view text);

}  // namespace keel::lint
