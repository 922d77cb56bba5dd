#include "ops/kit/table_patterns.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace keel;

TEST_CASE("a star stands for any characters, a question mark for one") {
    CHECK(matches_pattern("log_*", "log_2026"));
    CHECK(matches_pattern("*", ""));
    CHECK(matches_pattern("*a*b*", "xxaxxbxx"));
    CHECK(matches_pattern("a?c", "abc"));
    CHECK(matches_pattern("*ab", "aab"));
    CHECK(matches_pattern("a*b*c", "abbcbc"));
    CHECK_FALSE(matches_pattern("log_*", "logs"));
    CHECK_FALSE(matches_pattern("a?c", "ac"));
    CHECK_FALSE(matches_pattern("*ab", "abc"));
    CHECK_FALSE(matches_pattern("", "a"));
}

TEST_CASE("a name without a schema is a table of any schema") {
    const TablePatterns patterns({"orders", "audit.*"});
    CHECK(patterns.matches("public", "orders"));
    CHECK(patterns.matches("other", "orders"));
    CHECK(patterns.matches("audit", "events"));
    CHECK_FALSE(patterns.matches("public", "events"));
}

TEST_CASE("a pattern that means no table is said, with the nearest name") {
    const std::vector<TableContent> tables = {{.schema = "public", .name = "orders"}};
    try {
        TablePatterns({"order*", "ordrs"}).require_matches(tables);
        FAIL("it was taken");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::not_found);
        CHECK(error.message().find("'ordrs'") != std::string::npos);
        CHECK(error.message().find("orders") != std::string::npos);
    }
}
