#include "engines/postgres/schema_types.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace keel::postgres {
namespace {

/// "numeric(10,2)" without its parentheses; arrays keep their brackets.
struct TypeName {
    std::string base;
    std::string modifier;  ///< "10,2"
    bool is_array = false;
};

TypeName read_type(std::string_view text) {
    TypeName type;
    type.is_array = text.ends_with("[]");
    const auto open = text.find('(');
    type.base = std::string(text.substr(0, open));
    if (open == std::string_view::npos) return type;
    const auto close = text.find(')', open);
    type.modifier = std::string(text.substr(open + 1, close - open - 1));
    type.base += text.substr(close + 1);  // "timestamp(3) with time zone"
    return type;
}

template <std::size_t size>
int place_in(const std::array<std::string_view, size>& list, std::string_view name) {
    const auto found = std::ranges::find(list, name);
    return found == list.end() ? -1 : static_cast<int>(found - list.begin());
}

constexpr auto numbers = std::to_array<std::string_view>(
    {"smallint", "integer", "bigint", "numeric", "real", "double precision"});
constexpr auto strings =
    std::to_array<std::string_view>({"character", "character varying", "text", "name"});
constexpr auto dates = std::to_array<std::string_view>(
    {"date", "timestamp without time zone", "timestamp with time zone"});

std::uint64_t size_of(const TypeName& type, std::uint64_t unlimited) {
    return parse_unsigned(type.modifier.substr(0, type.modifier.find(','))).value_or(unlimited);
}

std::uint64_t scale_of(const TypeName& type) {
    const auto comma = type.modifier.find(',');
    if (comma == std::string::npos) return 0;
    return parse_unsigned(trim(type.modifier.substr(comma + 1))).value_or(0);
}

TypeChange judge_strings(const TypeName& from, const TypeName& to) {
    const auto before = size_of(from, UINT64_MAX);
    const auto after = size_of(to, UINT64_MAX);
    const bool is_padded = from.base == "character" || to.base == "character";
    return {.needs_using = false,
            .rewrites = is_padded || after < before,
            .may_lose = false,
            .may_fail = after < before};
}

TypeChange judge_numerics(const TypeName& from, const TypeName& to) {
    if (to.modifier.empty()) return {.rewrites = false};
    if (from.modifier.empty())
        return {.needs_using = false, .rewrites = true, .may_lose = true, .may_fail = true};
    const bool same_scale = scale_of(from) == scale_of(to);
    const auto whole = [](const TypeName& type) { return size_of(type, 0) - scale_of(type); };
    return {.needs_using = false,
            .rewrites = !same_scale || size_of(to, 0) < size_of(from, 0),
            .may_lose = scale_of(to) < scale_of(from),
            .may_fail = whole(to) < whole(from)};
}

}  // namespace

TypeChange judge_type_change(std::string_view from_text, std::string_view to_text) {
    const auto from = read_type(from_text);
    const auto to = read_type(to_text);
    const int string = place_in(strings, to.base);
    if (place_in(strings, from.base) >= 0 && string >= 0) return judge_strings(from, to);
    if (from.base == "numeric" && to.base == "numeric") return judge_numerics(from, to);
    const int before = place_in(numbers, from.base);
    const int after = place_in(numbers, to.base);
    if (before >= 0 && after >= 0)
        return {.needs_using = false,
                .rewrites = true,
                .may_lose = before > 2 && after <= 2,
                .may_fail = after < before};
    const int date = place_in(dates, from.base);
    if (date >= 0 && place_in(dates, to.base) >= 0)
        return {.needs_using = false, .rewrites = true, .may_lose = to.base == "date"};
    if (string >= 0)
        return {.needs_using = false, .rewrites = true, .may_fail = !to.modifier.empty()};
    const bool json = from.base.starts_with("json") && to.base.starts_with("json");
    if (json || from.base == to.base) return {.needs_using = false, .may_fail = true};
    return {.needs_using = true, .rewrites = true, .may_fail = true};
}

bool is_string_type(std::string_view type) {
    return place_in(strings, read_type(type).base) >= 0;
}

std::string_view natural_storage(std::string_view text) noexcept {
    constexpr auto plain = std::to_array<std::string_view>(
        {"smallint", "integer", "bigint", "real", "double precision", "boolean", "date", "uuid",
         "timestamp without time zone", "timestamp with time zone", "name"});
    if (text == "numeric" || text.starts_with("numeric(") || text == "inet" || text == "cidr")
        return "main";
    return std::ranges::find(plain, text) != plain.end() ? "plain" : "extended";
}

}  // namespace keel::postgres
