#include <algorithm>
#include <array>
#include <utility>

#include "ops/lint/lock_effect.hpp"

namespace keel::lint {
namespace {

/// A modifier, or the largest number where there is none.
int limit_of(const SqlType& type, std::size_t at = 0) noexcept {
    constexpr int none = 1 << 30;
    return at < type.modifiers.size() ? type.modifiers[at] : none;
}

bool is_one_of(const SqlType& type, std::initializer_list<std::string_view> names) noexcept {
    return std::ranges::find(names, type.name) != names.end();
}

bool numeric_grows(const SqlType& from, const SqlType& to) noexcept {
    if (to.modifiers.empty()) return true;
    if (from.modifiers.empty()) return false;
    const int from_scale = from.modifiers.size() > 1 ? from.modifiers[1] : 0;
    const int to_scale = to.modifiers.size() > 1 ? to.modifiers[1] : 0;
    return from_scale == to_scale && limit_of(to) >= limit_of(from);
}

int rank_of(const SqlType& type) noexcept {
    constexpr std::array names = std::to_array<std::pair<std::string_view, int>>(
        {{"int2", 1}, {"int4", 2}, {"int8", 3}, {"numeric", 4}, {"float4", 5}, {"float8", 6}});
    for (const auto& [name, rank] : names)
        if (type.name == name) return rank;
    return 0;
}

Narrowing narrowing_of_numbers(const SqlType& from, const SqlType& to) {
    const int before = rank_of(from);
    const int after = rank_of(to);
    if (before >= 5 && after < 5) return Narrowing::rounds;
    if (before == 6 && after == 5) return Narrowing::rounds;
    if (before == 4 && after < 4) return Narrowing::rounds;
    if (before == 4 && after > 4) return Narrowing::rounds;
    if (before == 3 && after > 4) return Narrowing::rounds;
    if (before == 4 && after == 4) {
        if (to.modifiers.empty()) return Narrowing::none;
        const int from_scale = from.modifiers.size() > 1 ? from.modifiers[1]
                               : from.modifiers.empty()  ? 1 << 20
                                                         : 0;
        const int to_scale = to.modifiers.size() > 1 ? to.modifiers[1] : 0;
        if (to_scale < from_scale) return Narrowing::rounds;
        return limit_of(to) - to_scale < limit_of(from) - from_scale ? Narrowing::fails
                                                                     : Narrowing::none;
    }
    return after < before ? Narrowing::fails : Narrowing::none;
}

}  // namespace

TypeChange judge_type_change(const SqlType& from, const SqlType& to) {
    if (from == to) return TypeChange::same_bits;
    if (from.is_array != to.is_array) return TypeChange::rewrite;
    const bool is_text = is_one_of(from, {"varchar", "text"}) && is_one_of(to, {"varchar", "text"});
    if (is_text)
        return limit_of(to) >= limit_of(from) ? TypeChange::same_bits : TypeChange::rewrite;
    if (from.name == "cidr" && to.name == "inet") return TypeChange::same_bits;
    if (from.name != to.name) return TypeChange::rewrite;
    if (from.name == "numeric")
        return numeric_grows(from, to) ? TypeChange::same_bits : TypeChange::rewrite;
    const bool only_grows =
        is_one_of(from, {"varbit", "timestamp", "timestamptz", "time", "timetz", "interval"}) &&
        limit_of(to) >= limit_of(from);
    return only_grows ? TypeChange::same_bits : TypeChange::rewrite;
}

Narrowing judge_narrowing(const SqlType& from, const SqlType& to) {
    if (from == to || from.is_array || to.is_array) return Narrowing::none;
    if (rank_of(from) > 0 && rank_of(to) > 0) return narrowing_of_numbers(from, to);
    const bool from_text = is_one_of(from, {"varchar", "text", "bpchar"});
    const bool to_text = is_one_of(to, {"varchar", "text", "bpchar"});
    if (from_text && to_text)
        return limit_of(to) < limit_of(from) ? Narrowing::fails : Narrowing::none;
    if (from_text) return Narrowing::fails;
    const bool loses_time =
        is_one_of(from, {"timestamp", "timestamptz"}) && is_one_of(to, {"date", "time", "timetz"});
    if (loses_time) return Narrowing::rounds;
    const bool is_time = from.name == to.name && is_one_of(from, {"timestamp", "timestamptz",
                                                                  "time", "timetz", "interval"});
    if (is_time && limit_of(to) < limit_of(from)) return Narrowing::rounds;
    if (from.name == "json" && to.name == "jsonb") return Narrowing::rounds;
    return Narrowing::none;
}

}  // namespace keel::lint
