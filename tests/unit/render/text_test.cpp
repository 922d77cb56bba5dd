#include "render/text.hpp"

#include <doctest/doctest.h>

using namespace keel;

namespace {

std::string body(std::vector<Block> blocks, TextStyle style = {}) {
    Report report;
    report.body = std::move(blocks);
    return render_text(report, style);
}

}  // namespace

TEST_CASE("a table is aligned by what the terminal shows, not by bytes") {
    const TextTable table{{"name", "rows"}, {{"日本", "7"}, {"café", "1200"}}, {false, true}};

    CHECK(body({table}) ==
          "name  rows\n"
          "日本     7\n"
          "café  1200\n");
}

TEST_CASE("a table's last column carries no trailing blanks") {
    CHECK(body({TextTable{{"a", "note"}, {{"1", "long text"}, {"2", ""}}, {}}}) ==
          "a  note\n"
          "1  long text\n"
          "2\n");
}

TEST_CASE("a row may be shorter than the header") {
    CHECK(body({TextTable{{"a", "b"}, {{"1"}}, {}}}) == "a  b\n1\n");
}

TEST_CASE("keys are aligned and empty values leave no blanks") {
    CHECK(body({KeyValues{{{"engine", "sqlite"}, {"url", ""}}}}) == "engine  sqlite\nurl\n");
}

TEST_CASE("marks are symbols, or words where only ASCII can be shown") {
    const std::vector<Block> lines = {MarkedLine{Mark::ok, "one"}, MarkedLine{Mark::warning, "two"},
                                      MarkedLine{Mark::failure, "three"},
                                      MarkedLine{Mark::skipped, "four"}};

    CHECK(body(lines) == "✓ one\n! two\n✗ three\n- four\n");
    CHECK(body(lines, {.ascii = true}) == "ok   one\nwarn two\nFAIL three\nskip four\n");
}

TEST_CASE("colour appears only when the style asks for it") {
    const std::vector<Block> blocks = {MarkedLine{Mark::ok, "one"}, KeyValues{{{"a", "b"}}},
                                       TextTable{{"h"}, {{"c"}}, {}}};

    CHECK(body(blocks).find('\x1b') == std::string::npos);
    CHECK(body(blocks, {.color = true}).find("\x1b[32m✓\x1b[0m one") == 0);
}

TEST_CASE("names from a database cannot drive the terminal") {
    const std::string hostile = "x\x1b]0;owned\x07\r\ny\u202e";
    const std::string text = body({Paragraph{hostile}, KeyValues{{{hostile, hostile}}},
                                   TextTable{{hostile}, {{hostile}}, {}}, Verbatim{hostile},
                                   MarkedLine{Mark::ok, hostile}});

    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.find("\u202e") == std::string::npos);
}

TEST_CASE("verbatim text keeps its lines and tabs and ends with a line end") {
    CHECK(body({Verbatim{"select\n\t1;"}}) == "select\n\t1;\n");
    CHECK(body({Verbatim{"select 1;\n"}}) == "select 1;\n");
}

TEST_CASE("blocks of several lines stand apart, a paragraph introduces what follows") {
    CHECK(body({MarkedLine{Mark::ok, "done"}, KeyValues{{{"a", "1"}}}, Paragraph{"pending:"},
                TextTable{{}, {{"x"}}, {}}}) == "✓ done\n\na  1\n\npending:\nx\n");
}

TEST_CASE("paragraphs are wrapped to the width, and left alone without one") {
    const std::vector<Block> blocks = {Paragraph{"one two three"}};

    CHECK(body(blocks, {.width = 8}) == "one two\nthree\n");
    CHECK(body(blocks, {.width = 0}) == "one two three\n");
}

TEST_CASE("next steps are listed under each other after the body") {
    Report report;
    report.body = {Paragraph{"2 pending"}};
    report.next_steps = {"keel migrate up", "keel status"};

    CHECK(render_text(report, {}) ==
          "2 pending\n\n"
          "next: keel migrate up\n"
          "      keel status\n");
    CHECK(render_text(report, {}, NextSteps::hidden) == "2 pending\n");
}
