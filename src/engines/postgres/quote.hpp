#pragma once

#include <string>
#include <string_view>

#include "model/value.hpp"

namespace keel::postgres {

/// Always quoted. Throws ErrorKind::invalid_input for what no identifier can hold.
std::string quote_identifier(std::string_view identifier);
/// "schema"."name", or just the name when the schema is empty.
std::string quote_name(std::string_view schema, std::string_view name);
/// A string literal; independent of standard_conforming_strings.
std::string quote_literal(std::string_view text);
std::string quote_value(const Value& value);

}  // namespace keel::postgres
