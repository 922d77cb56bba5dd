#include "engines/postgres/values.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace keel::postgres {
namespace {

// Types with a fixed OID that have a value of their own width; everything else is text.
constexpr Oid bool_type = 16;
constexpr Oid bytea_type = 17;
constexpr Oid int8_type = 20;
constexpr Oid int2_type = 21;
constexpr Oid int4_type = 23;
constexpr Oid oid_type = 26;
constexpr Oid float4_type = 700;
constexpr Oid float8_type = 701;

std::string text_of(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return fmt::format("{}", value);
}

template <typename Number>
Number number_of(std::string_view text) {
    Number number{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size())
        throw Error(ErrorKind::invalid_input, fmt::format("'{}' is not a number", text));
    return number;  // from_chars knows NaN and Infinity
}

bool is_octal(std::string_view digits) {
    return digits.size() == 3 && digits[0] >= '0' && digits[0] <= '3' && digits[1] >= '0' &&
           digits[1] <= '7' && digits[2] >= '0' && digits[2] <= '7';
}

Blob parse_escaped_bytea(std::string_view text) {
    Blob bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digits = text.substr(i + 1, 3);
        if (text[i] == '\\' && is_octal(digits)) {
            const int byte = (digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0');
            bytes.push_back(static_cast<std::byte>(byte));
            i += 3;
            continue;
        }
        if (text[i] == '\\') ++i;
        if (i < text.size()) bytes.push_back(static_cast<std::byte>(text[i]));
    }
    return bytes;
}

}  // namespace

Parameters::Parameters(std::span<const Value> values) {
    texts_.reserve(values.size());  // pointers_ point into it
    for (const auto& value : values) add(value);
}

void Parameters::add(const Value& value) {
    Oid type = 0;
    int format = 0;
    bool is_null = false;
    std::string text;
    if (const auto* flag = std::get_if<bool>(&value)) {
        text = *flag ? "true" : "false";
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        text = fmt::format("{}", *integer);
    } else if (const auto* number = std::get_if<double>(&value)) {
        text = text_of(*number);
    } else if (const auto* string = std::get_if<std::string>(&value)) {
        text = *string;
    } else if (const auto* blob = std::get_if<Blob>(&value)) {
        text = std::string(as_text(*blob));
        type = bytea_type;
        format = 1;
    } else {
        is_null = true;
    }
    if (format == 0 && text.find('\0') != std::string::npos)
        throw Error(ErrorKind::invalid_input,
                    fmt::format("parameter ${} holds a NUL, which PostgreSQL's text cannot",
                                pointers_.size() + 1));
    texts_.push_back(std::move(text));
    types_.push_back(type);
    formats_.push_back(format);
    lengths_.push_back(static_cast<int>(texts_.back().size()));
    pointers_.push_back(is_null ? nullptr : texts_.back().c_str());
}

int ResultRow::checked(std::size_t column) const {
    if (column < size()) return static_cast<int>(column);
    throw Error(ErrorKind::internal,
                fmt::format("column {} of a row of {} was asked for", column, size()));
}

std::size_t ResultRow::size() const noexcept {
    return static_cast<std::size_t>(libpq().nfields(&result_));
}

std::string_view ResultRow::name(std::size_t column) const {
    return libpq().fname(&result_, checked(column));
}

bool ResultRow::is_null(std::size_t column) const {
    return libpq().getisnull(&result_, row_, checked(column)) != 0;
}

std::string_view ResultRow::text(std::size_t column) const {
    const int index = checked(column);
    return {libpq().getvalue(&result_, row_, index),
            static_cast<std::size_t>(libpq().getlength(&result_, row_, index))};
}

Value ResultRow::value(std::size_t column) const {
    if (is_null(column)) return std::monostate{};
    const auto content = text(column);
    const Oid type = libpq().ftype(&result_, static_cast<int>(column));
    if (type == bool_type) return content == "t";
    if (type == int2_type || type == int4_type || type == int8_type || type == oid_type)
        return number_of<std::int64_t>(content);
    if (type == float4_type || type == float8_type) return number_of<double>(content);
    if (type == bytea_type) return parse_bytea(content);
    return std::string(content);
}

Blob parse_bytea(std::string_view text) {
    if (text.starts_with("\\x")) return unhex(text.substr(2));
    return parse_escaped_bytea(text);
}

}  // namespace keel::postgres
