#include <doctest/doctest.h>

#include "render/text.hpp"

using namespace keel;

namespace {

Report failed(Error error) {
    Report report;
    report.error = std::move(error);
    return report;
}

SourceReader file_with(std::string text) {
    return [text = std::move(text)](const std::string&) { return text; };
}

Error missing_table() {
    return Error(ErrorKind::sql, "relation \"usrs\" does not exist")
        .with_hint("check the table's name")
        .at({"migrations/2_x.sql", 12, 15, 3})
        .with_sql({.state = "42P01",
                   .statement = "update a\n\tset b = (select 1 from usrs)",
                   .offset = 33,
                   .detail = "",
                   .constraint = "",
                   .table = ""});
}

}  // namespace

TEST_CASE("a failed statement is shown with its place, line, caret, trail and hint") {
    Error error = missing_table();
    error.add_trail("apply 2_x");

    CHECK(render_problems(failed(error), {}) ==
          "error: relation \"usrs\" does not exist (SQLSTATE 42P01)\n"
          "  at migrations/2_x.sql:12:15 (statement 3)\n"
          "    12 |     set b = (select 1 from usrs)\n"
          "       |                            ^\n"
          "  while apply 2_x\n"
          "hint: check the table's name\n");
}

TEST_CASE("the code of SQLite is not called an SQLSTATE") {
    const Error error = Error(ErrorKind::constraint, "not unique")
                            .with_sql({.state = "SQLITE_CONSTRAINT_UNIQUE",
                                       .statement = "",
                                       .offset = {},
                                       .detail = "a=1",
                                       .constraint = "t.a",
                                       .table = ""});

    CHECK(render_problems(failed(error), {}) ==
          "error: not unique (SQLITE_CONSTRAINT_UNIQUE)\n"
          "  detail: a=1\n"
          "  constraint: t.a\n");
}

TEST_CASE("the caret stands under the character, whatever its width before it") {
    const Error error = Error(ErrorKind::invalid_input, "unexpected word").at({"x.sql", 2, 8, 0});

    CHECK(render_problems(failed(error), {}, file_with("a\n'日本語', here\n")) ==
          "error: unexpected word\n"
          "  at x.sql:2:8\n"
          "     2 | '日本語', here\n"
          "       |           ^\n");
}

TEST_CASE("a wrong key in the configuration is shown without its value") {
    const Error error = Error(ErrorKind::config, "unknown key 'ulr'").at({"keel.toml", 2, 1, 0});

    const std::string text = render_problems(
        failed(error), {}, file_with("[environments.dev]\nulr = \"postgres://u:secret@h/d\"\n"));

    CHECK(text ==
          "error: unknown key 'ulr'\n"
          "  at keel.toml:2:1\n"
          "     2 | ulr = …\n"
          "       | ^\n");
}

TEST_CASE("a wrong value in the configuration is not shown at all") {
    const SourceReader source = file_with("url = \"postgres://u:secret@h/d?x=1\"\n \"secret\",\n");

    for (const int line : {1, 2}) {
        const Error error = Error(ErrorKind::config, "bad").at({"keel.toml", line, 9, 0});
        CHECK(render_problems(failed(error), {}, source).find("secret") == std::string::npos);
    }
    Report report;
    report.diagnostics = {{Severity::error, "config.bad-value", "bad", "", {"keel.toml", 1, 9, 0}}};
    CHECK(render_problems(report, {}, source).find("secret") == std::string::npos);
}

TEST_CASE("a very long line is cut to what surrounds the caret") {
    const std::string line = std::string(5000, 'a') + "!" + std::string(5000, 'b');
    const Error error = Error(ErrorKind::invalid_input, "no").at({"x.sql", 1, 5001, 0});

    const std::string text = render_problems(failed(error), {}, file_with(line));

    CHECK(text.size() < 400);
    CHECK(text.find("a!b") != std::string::npos);
}

TEST_CASE("a place outside of its file is named without a line of it") {
    const Error error = Error(ErrorKind::invalid_input, "no").at({"x.sql", 9, 1, 0});

    CHECK(render_problems(failed(error), {}, file_with("one\n")) == "error: no\n  at x.sql:9:1\n");
}

TEST_CASE("warnings and findings come before the error") {
    Report report = failed(Error(ErrorKind::io, "disk full"));
    report.warnings = {"slow disk"};
    report.diagnostics = {{Severity::warning, "doctor.wal", "old SQLite", "upgrade it", {}}};

    CHECK(render_problems(report, {}) ==
          "warning: slow disk\n"
          "warning: old SQLite [doctor.wal]\n"
          "hint: upgrade it\n"
          "error: disk full\n");
}

TEST_CASE("messages from a server cannot drive the terminal") {
    Error error = Error(ErrorKind::sql, "a\x1b[2Jb").with_hint("\x1b[2J").at({"\x1b[2J", 1, 1, 1});
    error.add_trail("\x1b[2J");

    CHECK(render_problems(failed(error), {}, file_with("\x1b[2J")).find('\x1b') ==
          std::string::npos);
}
