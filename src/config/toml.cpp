#include "config/toml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

// The library asserts, and with NDEBUG promises the compiler, that a table's header begins with a
// key;
// "[=" does not. Without both it reports that as the error it is.
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>

#include "base/text.hpp"

namespace keel {
namespace {

SourcePosition position(const toml::source_region& region, const std::string& file) {
    SourcePosition where;
    where.file = file;
    where.line = static_cast<int>(region.begin.line);
    where.column = static_cast<int>(region.begin.column);
    return where;
}

bool is_before(const ConfigMember& left, const ConfigMember& right) {
    return std::pair(left.where.line, left.where.column) <
           std::pair(right.where.line, right.where.column);
}

std::string time_text(const toml::node& node) {
    std::ostringstream out;  // the library's only way to print a time
    if (const auto* date = node.as_date()) out << date->get();
    if (const auto* time = node.as_time()) out << time->get();
    if (const auto* both = node.as_date_time()) out << both->get();
    return out.str();
}

ConfigNode convert(const toml::node& node, const std::string& file);

ConfigNode convert_table(const toml::table& table, const std::string& file) {
    ConfigNode result;
    for (const auto& [key, value] : table)
        result.members.push_back(
            {std::string(key.str()), position(key.source(), file), convert(value, file)});
    std::stable_sort(result.members.begin(), result.members.end(), is_before);
    return result;
}

ConfigNode convert_array(const toml::array& array, const std::string& file) {
    ConfigNode result;
    result.type = ConfigNode::Type::array;
    for (const auto& item : array) result.items.push_back(convert(item, file));
    return result;
}

ConfigNode convert_scalar(const toml::node& node) {
    ConfigNode result;
    if (const auto* text = node.as_string()) {
        result.type = ConfigNode::Type::text;
        result.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
        result.type = ConfigNode::Type::integer;
        result.integer = integer->get();
    } else if (const auto* number = node.as_floating_point()) {
        result.type = ConfigNode::Type::number;
        result.number = number->get();
    } else if (const auto* boolean = node.as_boolean()) {
        result.type = ConfigNode::Type::boolean;
        result.boolean = boolean->get();
    } else {
        result.type = ConfigNode::Type::time;
        result.text = time_text(node);
    }
    return result;
}

ConfigNode convert(const toml::node& node, const std::string& file) {
    auto result = node.is_table()   ? convert_table(*node.as_table(), file)
                  : node.is_array() ? convert_array(*node.as_array(), file)
                                    : convert_scalar(node);
    result.where = position(node.source(), file);
    return result;
}

/// The library's own words without their capital, their prefix and what they quote of the file: a
/// password without its quotation marks would be shown.
std::string explain(std::string_view description) {
    const auto colon = description.find(": ");
    if (description.starts_with("Error while parsing") && colon != std::string_view::npos)
        description.remove_prefix(colon + 2);
    if (const auto saw = description.find(", saw '"); saw != std::string_view::npos)
        description = description.substr(0, saw);
    std::string result = escape_controls(description);
    if (!result.empty()) result.replace(0, 1, to_lower(result.substr(0, 1)));
    return result;
}

/// The library bounds the depth of values, but not that of dotted keys, and recurses into both.
void refuse_deep_keys(std::string_view text, const std::string& file) {
    static constexpr int deepest = 256;
    static constexpr std::string_view ends = "\n=[]{},#";
    int dots = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        dots = ends.find(text[at]) != std::string_view::npos ? 0 : dots + (text[at] == '.');
        if (dots <= deepest) continue;
        const auto [line, column] = line_column(text, at);
        throw Error(ErrorKind::config, fmt::format("a key has more than {} parts", deepest))
            .with_hint("a dot between parts makes a table in a table")
            .at({file, line, column, 0});
    }
}

}  // namespace

ConfigNode parse_toml(std::string_view text, const std::string& file) {
    refuse_deep_keys(text, file);
    try {
        return convert(toml::parse(text), file);
    } catch (const toml::parse_error& error) {
        throw Error(ErrorKind::config,
                    fmt::format("not valid TOML: {}", explain(error.description())))
            .with_hint(
                "text stands in quotation marks, tables in [brackets], and a key may appear "
                "once")
            .at(position(error.source(), file));
    }
}

}  // namespace keel
