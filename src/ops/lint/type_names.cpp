#include "ops/lint/type_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace keel::lint {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;
constexpr std::array names = std::to_array<Pair>({
    {"smallint", "int2"},
    {"integer", "int4"},
    {"bigint", "int8"},
    {"real", "float4"},
    {"double precision", "float8"},
    {"boolean", "bool"},
    {"character varying", "varchar"},
    {"character", "bpchar"},
    {"bit varying", "varbit"},
    {"timestamp without time zone", "timestamp"},
    {"timestamp with time zone", "timestamptz"},
    {"time without time zone", "time"},
    {"time with time zone", "timetz"},
});

}  // namespace

std::string spoken_type(const SqlType& type) {
    const auto found = std::ranges::find(names, type.name, &Pair::second);
    std::string text = type.name;
    if (found != names.end()) text = found->first;
    if (type.name == "varchar" || type.name == "timestamp" || type.name == "timestamptz")
        text = type.name;
    if (type.name == "bpchar") text = "char";
    if (!type.modifiers.empty()) text += fmt::format("({})", fmt::join(type.modifiers, ","));
    return text + (type.is_array ? "[]" : "");
}

SqlType type_of_catalog(std::string_view text) {
    SqlType type;
    type.is_array = text.ends_with("[]");
    if (type.is_array) text.remove_suffix(2);
    std::string name(text);
    const auto open = name.find('(');
    const auto close = name.find(')');
    if (open != std::string::npos && close != std::string::npos) {
        for (const auto& part : split(name.substr(open + 1, close - open - 1), ','))
            if (const auto number = parse_unsigned(trim(part)))
                type.modifiers.push_back(static_cast<int>(*number));
        name = name.substr(0, open) + name.substr(close + 1);
    }
    name = std::string(trim(name));
    const auto found = std::ranges::find(names, name, &Pair::first);
    type.name = found == names.end() ? name : std::string(found->second);
    return type;
}

}  // namespace keel::lint
