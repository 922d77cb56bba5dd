#include "base/text.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace keel;

TEST_CASE("the nearest word is found for swaps, drops and case, and none for strangers") {
    const std::vector<std::string> words = {"status", "restore", "backup", "migrate"};
    CHECK(nearest("statsu", words) == "status");
    CHECK(nearest("bakup", words) == "backup");
    CHECK(nearest("RESTORE", words) == "restore");
    CHECK_FALSE(nearest("zzzzzz", words).has_value());
    CHECK(did_you_mean("migrat", words) == " (did you mean 'migrate'?)");
    CHECK(did_you_mean("qqqq", words).empty());
}

TEST_CASE("overlong, surrogate and truncated sequences are not UTF-8") {
    CHECK(is_valid_utf8("h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x98\x80"));
    CHECK_FALSE(is_valid_utf8("\xC0\xAF"));
    CHECK_FALSE(is_valid_utf8("\xED\xA0\x80"));
    CHECK_FALSE(is_valid_utf8("\xF5\x80\x80\x80"));
    CHECK_FALSE(is_valid_utf8("abc\xE2\x82"));
}

TEST_CASE("text from outside cannot move the cursor or turn the reading direction") {
    CHECK(escape_controls("a\x1b[31mb") == "a\\x1b[31mb");
    CHECK(escape_controls("x\xE2\x80\xAEy") == "x\\u202ey");
    CHECK(escape_controls("line\nnext") == "line\\x0anext");
    CHECK(escape_controls("line\nnext", true) == "line\nnext");
    CHECK(escape_controls("\xC2\x9B") == "\\x9b");
    CHECK(escape_controls("bad\xFF") == "bad\\xff");
    CHECK(escape_controls("\xC3\xA9") == "\xC3\xA9");
}

TEST_CASE("durations are read with their unit and refused without a number") {
    using namespace std::chrono_literals;
    CHECK(parse_duration("30s") == 30'000ms);
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("5 min") == 300'000ms);
    CHECK(parse_duration("2h") == 7'200'000ms);
    CHECK(parse_duration("7") == 7'000ms);
    CHECK_FALSE(parse_duration("s").has_value());
    CHECK_FALSE(parse_duration("-3s").has_value());
    CHECK_FALSE(parse_duration("3 weeks").has_value());
    CHECK_FALSE(parse_duration("99999999999999999999h").has_value());
    CHECK_FALSE(parse_duration("18446744073709551615s").has_value());
}

TEST_CASE("sizes and durations are short") {
    CHECK(format_bytes(999) == "999 B");
    CHECK(format_bytes(1'820'000'000) == "1.82 GB");
    CHECK(format_bytes(999'999) == "1.00 MB");
    CHECK(format_duration(std::chrono::milliseconds(41)) == "41 ms");
    CHECK(format_duration(std::chrono::milliseconds(245'000)) == "4 min 05 s");
}

TEST_CASE("an offset becomes a line and a column counted in code points") {
    const std::string_view text = "select 1;\ns\xC3\xA9lect x";
    CHECK(line_column(text, 0).line == 1);
    const auto place = line_column(text, text.find('x'));
    CHECK(place.line == 2);
    CHECK(place.column == 8);
    CHECK(line_column(text, 10'000).line == 2);
}

TEST_CASE("hexadecimal goes both ways and refuses anything else") {
    CHECK(hex(unhex("00ff7A")) == "00ff7a");
    CHECK_THROWS_AS(unhex("0g"), Error);
    CHECK_THROWS_AS(unhex("abc"), Error);
}
