#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/sql_action.hpp"

/// Reading libpg_query's parse tree, which comes as JSON: a node is an object with one member whose
/// name is the node's kind; members that hold zero, false or nothing are left out.
namespace keel::postgres {

struct ParsedStatement {
    Json tree;  ///< of the first statement; null when it could not be parsed
    std::string complaint;
    std::size_t complaint_offset = 0;
};

ParsedStatement parse_statement(std::string_view sql);

/// A node without its wrapping.
struct Node {
    std::string_view kind;
    const Json* body = nullptr;
};
/// An empty kind for what is no node.
Node unwrap(const Json& json) noexcept;

/// Members, as far as they are there.
const Json* member(const Json& body, std::string_view key) noexcept;
const std::vector<Json>& items(const Json& body, std::string_view key) noexcept;
std::string text_of(const Json& body, std::string_view key);
bool flag_of(const Json& body, std::string_view key);
std::size_t location_of(const Json& body, std::size_t fallback = 0);

/// The text of {"String": {"sval": …}}.
std::string string_value(const Json& node);
std::vector<std::string> string_values(const std::vector<Json>& nodes);
/// Of a RangeVar's body.
SqlName relation_name(const Json& range);
/// Of a list of strings, the last of which is the name.
SqlName qualified_name(const std::vector<Json>& parts);
SqlType type_of(const Json& type_name);
/// "int4, text[]": argument types of a routine, for telling signatures apart.
std::string type_text(const SqlType& type);

/// Calls `each` for every node below `root`, with its kind and body.
void walk(const Json& root, const std::function<void(std::string_view, const Json&)>& each);

/// Every table that is named below `root`, once each.
std::vector<SqlName> relations_in(const Json& root);
/// The columns that hold is said never to be null by this expression, as one of its AND parts.
std::vector<std::string> not_null_columns(const Json& expression);

}  // namespace keel::postgres
