#include "repository/s3_answer.hpp"

#include <doctest/doctest.h>

using namespace keel;

TEST_CASE("elements of an answer are found, with what their entities stand for") {
    const std::string xml =
        "<R xmlns='x'><Key>a&amp;b &lt;c&gt; &#34;&#x27; &#x20ac; &z</Key><Key/><Key></Key></R>";
    CHECK(xml_text(xml, "Key") == "a&b <c> \"' &#x20ac; &z");
    CHECK(xml_elements(xml, "Key").size() == 2);
    CHECK(xml_text(xml, "Absent").empty());
    CHECK(xml_elements("<Key>cut off", "Key").empty());
}

TEST_CASE("times of answers are read, and anything else is none") {
    CHECK(parse_http_date("Fri, 20 Nov 2026 07:15:00 GMT") == parse_utc("2026-11-20T07:15:00Z"));
    for (const std::string_view other :
         {"", "Fri, 20 Xyz 2026 07:15:00 GMT", "Friday, 20-Nov-26 07:15:00 GMT",
          "Fri, 20 Nov 2026 07:15:00 CET"})
        CHECK_FALSE(parse_http_date(other));
    CHECK(parse_listed_time("2026-11-20T07:15:00.123Z") == parse_utc("2026-11-20T07:15:00.123Z"));
    CHECK_FALSE(parse_listed_time("yesterday"));
}
