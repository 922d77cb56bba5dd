#include <fmt/format.h>

#include <charconv>

#include "base/text.hpp"
#include "db/connection.hpp"

namespace keel {
namespace {

template <typename Number>
Number parse(const Row& row, std::size_t column, std::string_view what) {
    if (row.is_null(column)) return {};
    const auto text = row.text(column);
    Number number{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code == std::errc{} && end == text.data() + text.size()) return number;
    throw Error(ErrorKind::invalid_input,
                fmt::format("column '{}' is not {}: '{}'", row.name(column), what,
                            escape_controls(text.substr(0, 100))));
}

}  // namespace

std::int64_t Row::integer(std::size_t column) const {
    return parse<std::int64_t>(*this, column, "an integer");
}

double Row::number(std::size_t column) const {
    return parse<double>(*this, column, "a number");
}

bool Row::boolean(std::size_t column) const {
    if (is_null(column)) return false;
    const auto value = text(column);
    if (value == "t" || value == "true" || value == "1") return true;
    if (value == "f" || value == "false" || value == "0") return false;
    throw Error(ErrorKind::invalid_input,
                fmt::format("column '{}' is not a boolean: '{}'", name(column),
                            escape_controls(value.substr(0, 100))));
}

}  // namespace keel
