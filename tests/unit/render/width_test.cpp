#include "render/width.hpp"

#include <doctest/doctest.h>

using namespace keel;

TEST_CASE("width counts columns: combining marks none, wide characters two") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("café") == 4);
    CHECK(display_width("cafe\u0301") == 4);
    CHECK(display_width("日本") == 4);
    CHECK(display_width("✓") == 1);
    CHECK(display_width("🚀") == 2);
    CHECK(display_width("") == 0);
}

TEST_CASE("bytes that are not UTF-8 count one column each and end nothing early") {
    CHECK(display_width("a\xff\xe6z") == 4);
}

TEST_CASE("fitting never cuts a character") {
    CHECK(fit_width("日本", 3) == "日");
    CHECK(fit_width("ab", 5) == "ab");
}

TEST_CASE("padding fills up to columns and never cuts") {
    CHECK(pad_right("日", 4) == "日  ");
    CHECK(pad_left("日", 4) == "  日");
    CHECK(pad_left("long", 2) == "long");
}
