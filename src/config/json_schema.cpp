#include "base/text.hpp"
#include "config/key_table.hpp"
#include "config/project.hpp"

namespace keel {
namespace {

Json of_type(std::string_view type) {
    return Json::object().set("type", type);
}

Json list_of(Json items) {
    return of_type("array").set("items", std::move(items));
}

Json any_of(Json::Array options) {
    return Json::object().set("anyOf", Json::array(std::move(options)));
}

Json one_key(std::string_view name, Json value) {
    Json required = Json::array();
    required.push_back(name);
    return of_type("object")
        .set("properties", Json::object().set(name, std::move(value)))
        .set("required", std::move(required))
        .set("additionalProperties", false);
}

Json words(std::string_view choices) {
    Json result = Json::array();
    for (const auto& word : split(choices, '|')) result.push_back(word);
    return Json::object().set("enum", std::move(result));
}

Json pattern(std::string_view expression) {
    return of_type("string").set("pattern", expression);
}

Json non_empty() {
    return of_type("string").set("minLength", 1);
}

Json secret() {
    return any_of({non_empty(), one_key("env", non_empty()), one_key("file", non_empty()),
                   one_key("command", list_of(of_type("string")).set("minItems", 1))});
}

Json of_key(const KeySpec& key);

Json of_table(const KeySpec& table) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const auto& key : table.keys) {
        properties.set(key.name, of_key(key));
        if (key.required) required.push_back(key.name);
    }
    auto result = of_type("object").set("properties", std::move(properties));
    if (!required.as_array().empty()) result.set("required", std::move(required));
    return result.set("additionalProperties", false);
}

Json of_value(const KeySpec& key) {
    switch (key.type) {
        case KeyType::text:
        case KeyType::path:
            return non_empty();
        case KeyType::name:
            return pattern("^[A-Za-z0-9_-]+$");
        case KeyType::integer:
            return of_type("integer").set("minimum", key.minimum).set("maximum", key.maximum);
        case KeyType::boolean:
            return of_type("boolean");
        case KeyType::duration:
            return any_of({pattern("^ *[0-9]+ *(ms|s|sec|m|min|h|d)? *$"),
                           of_type("integer").set("minimum", 0)});
        case KeyType::choice:
            return words(key.choices);
        case KeyType::kind:
            return words("development|test|staging|production|other|dev|testing|stage|prod");
        case KeyType::address:
        case KeyType::secret:
            return secret();
        case KeyType::time_of_day:
            return pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$");
        case KeyType::cron:
            return pattern("^ *[^ ]+( +[^ ]+){4} *$");
        case KeyType::masker:
            return any_of({non_empty(), one_key("fixed", of_type("string")),
                           one_key("sql", of_type("string")), one_key("json", of_type("object"))});
        case KeyType::texts:
            return list_of(of_type("string"));
        case KeyType::addresses:
            return list_of(secret());
        case KeyType::table:
            return of_table(key);
        case KeyType::named:
            return of_type("object").set("additionalProperties", of_key(key.keys.front()));
        case KeyType::list:
            return list_of(of_table(key));
        case KeyType::anything:
            return Json::object();
    }
    return Json::object();
}

/// The default as JSON: the table writes it as TOML would, or says in words what it is.
void set_default(Json& schema, const KeySpec& key) {
    const auto text = key.default_value;
    if (text.starts_with('"'))
        schema.set("default", text.substr(1, text.size() - 2));
    else if (text == "true" || text == "false")
        schema.set("default", text == "true");
    else if (text == "[]")
        schema.set("default", Json::array());
    else if (const auto number = parse_unsigned(text))
        schema.set("default", *number);
}

Json of_key(const KeySpec& key) {
    auto schema = of_value(key);
    schema.set("description", key.help);
    set_default(schema, key);
    return schema;
}

}  // namespace

Json configuration_schema() {
    Json schema = Json::object();
    schema.set("$schema", "http://json-schema.org/draft-07/schema#");
    schema.set("title", "keel.toml");
    const auto root = of_key(configuration_keys());
    for (const auto& [name, value] : root.as_object()) schema.set(name, value);
    return schema;
}

}  // namespace keel
