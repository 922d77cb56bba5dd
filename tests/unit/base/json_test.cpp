#include "base/json.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "base/error.hpp"

using namespace keel;

TEST_CASE("objects keep the order of their members, the canonical form sorts them") {
    Json json = Json::object();
    json.set("b", 1).set("a", Json::from(std::vector<std::string>{"x", "y"}));
    CHECK(json.dump() == R"({"b":1,"a":["x","y"]})");
    CHECK(json.canonical() == R"({"a":["x","y"],"b":1})");
    json.set("b", 2);
    CHECK(json.dump() == R"({"b":2,"a":["x","y"]})");
}

TEST_CASE("what is written can be read again") {
    Json json = Json::object();
    json.set("text", "quote \" slash \\ line\n tab\t bell\x07 \xC3\xA9")
        .set("number", -5)
        .set("real", 0.25);
    json.set("yes", true)
        .set("none", nullptr)
        .set("list", Json::array())
        .set("object", Json::object());
    CHECK(Json::parse(json.dump()) == json);
    CHECK(Json::parse(json.dump(2)) == json);
}

TEST_CASE("invalid UTF-8 and non-finite numbers still give valid JSON") {
    CHECK(Json("a\xFF").dump() == "\"a\xEF\xBF\xBD\"");
    CHECK(Json("\xE2\x82").dump() == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(Json(std::numeric_limits<double>::infinity()).dump() == "null");
}

TEST_CASE("broken JSON is refused with its place, wrong types with what was wanted") {
    CHECK_THROWS_WITH_AS(Json::parse("{\"a\":}"), doctest::Contains("byte 6"), Error);
    CHECK_THROWS_WITH_AS(Json("x").as_integer(), doctest::Contains("whole number"), Error);
    CHECK_THROWS_WITH_AS(Json::object().at("id"), doctest::Contains("'id'"), Error);
    CHECK(Json("x").find("y") == nullptr);
}
