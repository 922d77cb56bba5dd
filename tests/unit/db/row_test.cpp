#include <doctest/doctest.h>

#include "fake_connection.hpp"

namespace keel {

TEST_CASE("texts of a row are read as numbers and booleans") {
    const FakeRow row({"-42", "2.5e3", "t", "false", std::string(1, '\0'), "words"});
    CHECK(row.integer(0) == -42);
    CHECK(row.number(1) == 2500.0);
    CHECK(row.boolean(2));
    CHECK_FALSE(row.boolean(3));
    CHECK(row.integer(4) == 0);
    CHECK_FALSE(row.boolean(4));
    CHECK(row.string(5) == "words");
}

TEST_CASE("texts that are not what is asked for are errors") {
    const FakeRow row({"12 ", "", "9223372036854775808", "yes"});
    for (const std::size_t column : {0u, 1u, 2u}) CHECK_THROWS_AS(row.integer(column), Error);
    CHECK_THROWS_AS(row.boolean(3), Error);
}

}  // namespace keel
