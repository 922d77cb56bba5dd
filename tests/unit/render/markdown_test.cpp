#include "render/markdown.hpp"

#include <doctest/doctest.h>

using namespace keel;

TEST_CASE("a report becomes headings, tables, items and fences") {
    Report report;
    report.command = "migrate status";
    report.body = {TextTable{{"version", "rows"}, {{"1", "2"}}, {false, true}},
                   MarkedLine{Mark::ok, "one"}, MarkedLine{Mark::failure, "two"},
                   Verbatim{"select 1"}};
    report.next_steps = {"keel migrate up"};

    CHECK(render_markdown(report) ==
          "### ✅ migrate status\n\n"
          "| version | rows |\n|---|---:|\n| 1 | 2 |\n\n"
          "- ✅ one\n- ❌ two\n\n"
          "```text\nselect 1\n```\n\n"
          "Next:\n\n```text\nkeel migrate up\n```\n");
}

TEST_CASE("names cannot break out of their cell, item or fence") {
    Report report;
    report.command = "inspect";
    report.body = {TextTable{{"t"}, {{"a|b<img>\nc"}}, {}}, Verbatim{"```\n# x"}};

    const std::string text = render_markdown(report);

    CHECK(text.find("a\\|b\\<img\\>\\\\x0ac |") != std::string::npos);
    CHECK(text.find("````text\n```\n# x\n````") != std::string::npos);
}

TEST_CASE("an error is shown as plain text") {
    Report report;
    report.command = "status";
    report.error = Error(ErrorKind::unreachable, "no server");

    CHECK(render_markdown(report) == "### ❌ status\n\n```text\nerror: no server\n```\n");
}
