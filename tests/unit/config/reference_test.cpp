#include <fstream>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/key_table.hpp"
#include "config/value_rules.hpp"
#include "model/url_parameters.hpp"
#include "unit/config/project_fixture.hpp"

namespace {

std::filesystem::path page(std::string_view name) {
    return std::filesystem::path(KEEL_SOURCE_DIR) / "docs/reference" / name;
}

/// What stands between the marks of a page, and what should.
struct Generated {
    std::string present;
    std::string wanted;
};

/// Compares the generated part of a page; writes it when the tests run with KEEL_UPDATE_DOCS=1.
Generated generated_part(std::string_view name, const std::string& wanted) {
    static constexpr std::string_view begin = "<!-- made from the program's own table -->\n";
    static constexpr std::string_view end = "<!-- end of the table -->\n";
    const auto text = keel::read_file(page(name));
    const auto from = text.find(begin);
    const auto to = text.find(end);
    REQUIRE(from != std::string::npos);
    REQUIRE(to != std::string::npos);
    const auto start = from + begin.size();
    const auto update = keel::process_environment()("KEEL_UPDATE_DOCS");
    if (update && *update == "1")
        std::ofstream(page(name)) << text.substr(0, start) << wanted << text.substr(to);
    return {text.substr(start, to - start), wanted};
}

std::string parameter_table(std::span<const keel::UrlParameter> table) {
    std::string result = "| parameter | value |\n|---|---|\n";
    for (const auto& row : table) {
        std::string value = "text";
        if (row.type == keel::UrlValueType::integer) value = "whole number";
        if (row.type == keel::UrlValueType::boolean) value = "1 or 0";
        if (row.type == keel::UrlValueType::secret) value = "text, never shown";
        if (row.type == keel::UrlValueType::choice)
            value = keel::replace_all(row.choices, "|", ", ");
        if (!row.canonical.empty()) value += ", as `" + std::string(row.canonical) + "`";
        result += "| `" + std::string(row.name) + "` | " + value + " |\n";
    }
    return result;
}

/// The part of the schema that belongs to a key of the table.
void check_schema(const keel::KeySpec& key, const keel::Json& schema) {
    CAPTURE(std::string(key.name));
    CHECK(schema.string_or("description", "") == key.help);
    if (key.type == keel::KeyType::table) {
        CHECK_FALSE(schema.bool_or("additionalProperties", true));
        CHECK(schema.at("properties").as_object().size() == key.keys.size());
        for (const auto& child : key.keys)
            check_schema(child, schema.at("properties").at(child.name));
    }
    if (key.type == keel::KeyType::named)
        check_schema(key.keys.front(), schema.at("additionalProperties"));
    if (key.type == keel::KeyType::list)
        for (const auto& child : key.keys)
            check_schema(child, schema.at("items").at("properties").at(child.name));
    if (key.type == keel::KeyType::choice)
        CHECK(schema.at("enum").as_array().size() == keel::split(key.choices, '|').size());
    if (key.type == keel::KeyType::integer) {
        CHECK(schema.at("minimum").as_integer() == key.minimum);
        CHECK(schema.at("maximum").as_integer() == key.maximum);
    }
}

}  // namespace

TEST_CASE("the JSON Schema has every key that the loader knows, and no other") {
    const auto schema = keel::configuration_schema();

    CHECK(schema.at("$schema").as_string() == "http://json-schema.org/draft-07/schema#");
    check_schema(keel::configuration_keys(), schema);
    CHECK(keel::Json::parse(schema.dump()) == schema);
}

TEST_CASE("defaults in the table are the values that environments really start with") {
    const keel::Environment environment;
    const auto* defaults = keel::find_key(keel::configuration_keys().keys, "defaults");
    const auto* pool = keel::find_key(defaults->keys, "pool");
    const auto milliseconds = [](const keel::KeySpec* key) {
        return *keel::parse_duration(key->default_value.substr(1, key->default_value.size() - 2));
    };
    const auto of = [&](std::string_view name) { return keel::find_key(defaults->keys, name); };
    const auto of_pool = [&](std::string_view name) { return keel::find_key(pool->keys, name); };

    CHECK(of_pool("size")->default_value == std::to_string(environment.pool.size));
    CHECK(of_pool("overflow")->default_value == std::to_string(environment.pool.overflow));
    CHECK(milliseconds(of_pool("timeout")) == environment.pool.timeout);
    CHECK(milliseconds(of_pool("recycle")) == environment.pool.recycle);
    CHECK((of_pool("pre_ping")->default_value == "true") == environment.pool.pre_ping);
    CHECK(milliseconds(of("connect_timeout")) == environment.session.connect_timeout);
    CHECK(milliseconds(of("lock_timeout")) == environment.session.lock_timeout);
    CHECK(milliseconds(of("statement_timeout")) == environment.session.statement_timeout);
    CHECK(milliseconds(of("slow_statement")) == environment.session.slow_statement);
    CHECK((of("echo")->default_value == "true") == environment.session.echo);
    CHECK((of("nested_transactions")->default_value == "true") ==
          environment.session.nested_transactions);
    CHECK((of("upgrade_at_start")->default_value == "true") == environment.upgrade_at_start);
    CHECK((of("backup_before_upgrade")->default_value == "true") ==
          environment.backup_before_upgrade);
}

TEST_CASE("the configuration page lists the keys that the program knows") {
    const auto part = generated_part("configuration.md", keel::configuration_reference());

    CHECK_MESSAGE(part.present == part.wanted, "run this test with KEEL_UPDATE_DOCS=1");
}

TEST_CASE("the page on addresses lists the parameters that the program knows") {
    const auto part = generated_part(
        "urls.md", "\n### PostgreSQL\n\n" + parameter_table(keel::postgres_parameters()) +
                       "\n### SQLite\n\n" + parameter_table(keel::sqlite_parameters()) + "\n");

    CHECK_MESSAGE(part.present == part.wanted, "run this test with KEEL_UPDATE_DOCS=1");
}
