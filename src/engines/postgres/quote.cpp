#include "engines/postgres/quote.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::postgres {
namespace {

void check_text(std::string_view text, std::string_view what) {
    if (text.find('\0') != std::string_view::npos)
        throw Error(ErrorKind::invalid_input, fmt::format("{} holds a NUL", what));
    if (!is_valid_utf8(text))
        throw Error(ErrorKind::invalid_input,
                    fmt::format("{} is not valid UTF-8: {}", what, escape_controls(text)));
}

std::string number_literal(double value) {
    if (std::isnan(value)) return "'NaN'::float8";
    if (std::isinf(value)) return value > 0 ? "'Infinity'::float8" : "'-Infinity'::float8";
    return fmt::format("'{}'::float8", value);
}

}  // namespace

std::string quote_identifier(std::string_view identifier) {
    if (identifier.empty()) throw Error(ErrorKind::invalid_input, "an identifier is empty");
    check_text(identifier, "the identifier");
    return "\"" + replace_all(identifier, "\"", "\"\"") + "\"";
}

std::string quote_name(std::string_view schema, std::string_view name) {
    if (schema.empty()) return quote_identifier(name);
    return quote_identifier(schema) + "." + quote_identifier(name);
}

std::string quote_literal(std::string_view text) {
    check_text(text, "the text");
    std::string quoted = "'" + replace_all(text, "'", "''") + "'";
    if (text.find('\\') == std::string_view::npos) return quoted;
    return " E" + replace_all(quoted, "\\", "\\\\");
}

std::string quote_value(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
    if (const auto* number = std::get_if<double>(&value)) return number_literal(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return quote_literal(*text);
    if (const auto* blob = std::get_if<Blob>(&value))
        return fmt::format("'\\x{}'::bytea", hex(*blob));
    return "null";
}

}  // namespace keel::postgres
