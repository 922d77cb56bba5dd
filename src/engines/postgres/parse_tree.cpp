#include "engines/postgres/parse_tree.hpp"

#include <pg_query.h>

#include <algorithm>

namespace keel::postgres {
namespace {

class ParseResult {
  public:
    explicit ParseResult(const std::string& sql) : result_(pg_query_parse(sql.c_str())) {}
    ~ParseResult() { pg_query_free_parse_result(result_); }
    ParseResult(const ParseResult&) = delete;
    ParseResult& operator=(const ParseResult&) = delete;

    const PgQueryParseResult& get() const noexcept { return result_; }

  private:
    PgQueryParseResult result_;
};

const std::vector<Json>& no_items() {
    static const std::vector<Json> none;
    return none;
}

}  // namespace

ParsedStatement parse_statement(std::string_view sql) {
    ParsedStatement parsed;
    const ParseResult result{std::string(sql)};
    if (const auto* error = result.get().error) {
        parsed.complaint = error->message;
        parsed.complaint_offset =
            error->cursorpos > 0 ? static_cast<std::size_t>(error->cursorpos) - 1 : 0;
        return parsed;
    }
    Json whole = Json::parse(result.get().parse_tree);
    const auto& statements = items(whole, "stmts");
    if (statements.empty()) return parsed;
    if (const Json* tree = statements.front().find("stmt")) parsed.tree = *tree;
    return parsed;
}

Node unwrap(const Json& json) noexcept {
    if (!json.is_object() || json.as_object().empty()) return {};
    const auto& [kind, body] = json.as_object().front();
    return {kind, &body};
}

const Json* member(const Json& body, std::string_view key) noexcept {
    return body.find(key);
}

const std::vector<Json>& items(const Json& body, std::string_view key) noexcept {
    const Json* found = body.find(key);
    return found != nullptr && found->is_array() ? found->as_array() : no_items();
}

std::string text_of(const Json& body, std::string_view key) {
    const Json* found = body.find(key);
    return found != nullptr && found->is_string() ? found->as_string() : std::string();
}

bool flag_of(const Json& body, std::string_view key) {
    const Json* found = body.find(key);
    return found != nullptr && found->is_bool() && found->as_bool();
}

std::size_t location_of(const Json& body, std::size_t fallback) {
    const Json* found = body.find("location");
    if (found == nullptr || !found->is_integer() || found->as_integer() < 0) return fallback;
    return static_cast<std::size_t>(found->as_integer());
}

std::string string_value(const Json& node) {
    const Json* string = node.find("String");
    return string == nullptr ? std::string() : text_of(*string, "sval");
}

std::vector<std::string> string_values(const std::vector<Json>& nodes) {
    std::vector<std::string> values;
    for (const auto& node : nodes) values.push_back(string_value(node));
    return values;
}

SqlName relation_name(const Json& range) {
    return {text_of(range, "schemaname"), text_of(range, "relname")};
}

SqlName qualified_name(const std::vector<Json>& parts) {
    SqlName name;
    if (parts.empty()) return name;
    name.name = string_value(parts.back());
    if (parts.size() > 1) name.schema = string_value(parts[parts.size() - 2]);
    return name;
}

SqlType type_of(const Json& type_name) {
    SqlType type;
    const SqlName name = qualified_name(items(type_name, "names"));
    type.name = name.schema.empty() || name.schema == "pg_catalog" ? name.name : name.text();
    type.is_array = !items(type_name, "arrayBounds").empty();
    for (const auto& modifier : items(type_name, "typmods")) {
        const Json* constant = modifier.find("A_Const");
        const Json* integer = constant == nullptr ? nullptr : constant->find("ival");
        if (integer == nullptr) continue;
        type.modifiers.push_back(static_cast<int>(integer->integer_or("ival", 0)));
    }
    return type;
}

std::string type_text(const SqlType& type) {
    return type.name + (type.is_array ? "[]" : "");
}

void walk(const Json& root, const std::function<void(std::string_view, const Json&)>& each) {
    std::vector<const Json*> pending{&root};
    while (!pending.empty()) {
        const Json& value = *pending.back();
        pending.pop_back();
        if (value.is_array()) {
            for (const auto& item : value.as_array()) pending.push_back(&item);
        } else if (value.is_object()) {
            for (const auto& [key, inner] : value.as_object()) {
                if (!key.empty() && key.front() >= 'A' && key.front() <= 'Z') each(key, inner);
                pending.push_back(&inner);
            }
        }
    }
}

std::vector<SqlName> relations_in(const Json& root) {
    std::vector<SqlName> names;
    walk(root, [&](std::string_view kind, const Json& body) {
        if (kind != "RangeVar") return;
        SqlName name = relation_name(body);
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    });
    return names;
}

std::vector<std::string> not_null_columns(const Json& expression) {
    std::vector<std::string> columns;
    const auto [kind, body] = unwrap(expression);
    if (kind == "BoolExpr" && text_of(*body, "boolop") == "AND_EXPR") {
        for (const auto& part : items(*body, "args")) {
            for (auto& column : not_null_columns(part)) columns.push_back(std::move(column));
        }
    }
    if (kind == "NullTest" && text_of(*body, "nulltesttype") == "IS_NOT_NULL") {
        const Json* tested = member(*body, "arg");
        const Json* column = tested == nullptr ? nullptr : tested->find("ColumnRef");
        if (column != nullptr && items(*column, "fields").size() == 1)
            columns.push_back(string_value(items(*column, "fields").front()));
    }
    return columns;
}

}  // namespace keel::postgres
