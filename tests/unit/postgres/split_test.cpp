#include "engines/postgres/split.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <pg_query.h>

#include <chrono>

#include "base/error.hpp"

using namespace keel;
using namespace keel::postgres;

namespace {

std::vector<std::string> texts(std::string_view script) {
    std::vector<std::string> result;
    for (const auto& statement : split_script(script).statements)
        result.emplace_back(statement.text);
    return result;
}

Error error_of(std::string_view script) {
    try {
        split_script(script);
    } catch (const Error& error) {
        return error;
    }
    FAIL("the script was split");
    return {ErrorKind::internal, ""};
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("statements end at semicolons outside strings, comments and parentheses") {
    CHECK(texts("select 1; select 2") == Texts{"select 1", "select 2"});
    CHECK(texts(";;  ;") == Texts{});
    CHECK(texts("select ';', \";\", 'it''s;' ; -- x;\n/* ; /* ; */ ; */ select 2;") ==
          Texts{"select ';', \";\", 'it''s;'", "select 2"});
    CHECK(texts("select $$a;b$$; select $x$ ; $$ ; $x$;") ==
          Texts{"select $$a;b$$", "select $x$ ; $$ ; $x$"});
    CHECK(
        texts("create rule r as on insert to t do also (delete from a; delete from b); select 1") ==
        Texts{"create rule r as on insert to t do also (delete from a; delete from b)",
              "select 1"});
}

TEST_CASE("strings with escapes end where PostgreSQL ends them") {
    CHECK(texts("select E'a\\';b'; select 2") == Texts{"select E'a\\';b'", "select 2"});
    CHECK(texts("select 'a\\'; select 2") == Texts{"select 'a\\'", "select 2"});
    CHECK(texts("select e'x'\n  '\\';y'; select 2") == Texts{"select e'x'\n  '\\';y'", "select 2"});
    CHECK(texts("select U&'d\\0061;' uescape '!'; select U&\"a;b\"") ==
          Texts{"select U&'d\\0061;' uescape '!'", "select U&\"a;b\""});
    CHECK(texts("select B'01', x'f;', n';'; select 1") ==
          Texts{"select B'01', x'f;', n';'", "select 1"});
}

TEST_CASE("a dollar inside a name or a parameter begins no string") {
    CHECK(texts("select a$b$ ; select $1 ; select c$b$") ==
          Texts{"select a$b$", "select $1", "select c$b$"});
}

TEST_CASE("a routine's body of BEGIN ATOMIC holds its semicolons") {
    const std::string routine =
        "create or replace function f(a int) returns int\nbegin atomic\n  select case when a > 0 "
        "then 1 else 2 end;\n  select 2;\nend";
    CHECK(texts(routine + "; select 1") == Texts{routine, "select 1"});
    CHECK(texts("begin; select 1; end") == Texts{"begin", "select 1", "end"});
    CHECK(texts("create table atomic (case_id int); begin; end") ==
          Texts{"create table atomic (case_id int)", "begin", "end"});
}

TEST_CASE("statements know their offset, line and number") {
    const std::string_view script = "-- first\n\nselect 1;\n\n  /* x\n */ select\n2;";
    const auto statements = split_script(script).statements;

    REQUIRE(statements.size() == 2);
    CHECK(statements[0].line == 3);
    CHECK(statements[0].number == 1);
    CHECK(statements[1].line == 6);
    CHECK(statements[1].number == 2);
    for (const auto& statement : statements)
        CHECK(script.substr(statement.offset, statement.text.size()) == statement.text);
}

TEST_CASE("COPY takes the lines up to its end mark, whatever they look like") {
    const auto result = split_script(
        "COPY public.t (a, b) FROM stdin;\n1\t'; drop table t; --\n\\N\t$$\n\\.\n\nselect 1;");

    REQUIRE(result.statements.size() == 2);
    CHECK(result.statements[0].is_copy_in);
    CHECK(result.statements[0].text == "COPY public.t (a, b) FROM stdin");
    CHECK(result.statements[0].copy_data == "1\t'; drop table t; --\n\\N\t$$\n");
    CHECK(result.statements[1].text == "select 1");
    CHECK(result.statements[1].line == 6);
}

TEST_CASE("COPY data with Windows line ends and with none at all is found") {
    const auto result = split_script("copy t from stdin;\r\n1\r\n\\.\r\ncopy t from stdin;\n\\.");
    REQUIRE(result.statements.size() == 2);
    CHECK(result.statements[0].copy_data == "1\r\n");
    CHECK(result.statements[1].copy_data.empty());
    CHECK(result.statements[1].is_copy_in);
}

TEST_CASE("COPY data without its end mark is an error at the COPY") {
    const auto error = error_of("select 1;\ncopy t from stdin;\n1\n2\n");
    CHECK(error.kind() == ErrorKind::invalid_input);
    CHECK(error.where().line == 2);
    CHECK(error_of("copy t from stdin").where().line == 1);
}

TEST_CASE("a COPY from a file or of a query has no data") {
    CHECK(texts("copy t from '/x'; copy (select 1) to stdout; select 1").size() == 3);
    CHECK_FALSE(split_script("copy (select a from stdin) to '/x';").statements[0].is_copy_in);
}

TEST_CASE("harmless psql lines are passed over with a note") {
    const auto result = split_script(
        "\\restrict AbC\n\\set ON_ERROR_STOP on\n\\echo it's; done\n\\connect other\nselect 1;\n"
        "\\unrestrict AbC\n");

    CHECK(result.statements.size() == 1);
    REQUIRE(result.notes.size() == 5);
    CHECK(result.notes[2].line == 3);
    CHECK(result.notes[3].message.find("\\connect") != std::string::npos);
}

TEST_CASE("a psql line that does something is an error with its place") {
    for (const std::string command : {"\\i x.sql", "\\copy t from x", "\\! rm x", "\\set a 1",
                                      "\\gexec", "\\q", "\\encoding latin1", "\\if true", "\\."}) {
        CAPTURE(command);
        const auto error = error_of("select 1;\n  " + command + "\n");
        CHECK(error.kind() == ErrorKind::invalid_input);
        CHECK(error.where().line == 2);
        CHECK(error.where().column == 3);
        CHECK_FALSE(error.hint().empty());
    }
    CHECK(error_of("select 1 \\gexec\n").where().column == 10);
    CHECK(error_of("select 1\n\\echo x\n;").message() == "a psql command inside a statement");
}

TEST_CASE("text without an end is an error where it begins") {
    for (const std::string text : {"'abc", "\"abc", "$x$ abc $y$", "/* /* */", "E'\\'"}) {
        CAPTURE(text);
        const auto error = error_of("select 1;\nselect " + text);
        CHECK(error.kind() == ErrorKind::invalid_input);
        CHECK(error.where().line == 2);
        CHECK(error.where().column == 8);
    }
    CHECK_THROWS_AS(split_script(std::string_view("select\0 1", 9)), Error);
}

TEST_CASE("a byte order mark before the script is no part of it") {
    CHECK(texts("\xEF\xBB\xBFselect 1") == Texts{"select 1"});
}

// But for BEGIN ATOMIC, in which libpg_query's splitter cuts.
TEST_CASE("the splitter agrees with PostgreSQL's own scanner") {
    const std::string script =
        "select 1 -- one\n; select 'a;''b' as \"x;y\", E'\\';', $q$;$q$, 1.5e-3, .5, a.b[1:2]\n;\n"
        "/* x /* ; */ */ insert into t values (1, ';') returning *;\n"
        "select a->>'b', c::int, d := 1, '\\', @-1, !!2, x/*;*/;\n"
        "create rule r as on insert to t do also (delete from a; delete from b);\n"
        "with x as (select 1) select * from x where a <> any(array['a;', $1$2$1$]);";
    const auto own = split_script(script).statements;
    const auto theirs = pg_query_split_with_scanner(script.c_str());

    REQUIRE(theirs.error == nullptr);
    REQUIRE(own.size() == static_cast<std::size_t>(theirs.n_stmts));
    for (std::size_t i = 0; i < own.size(); ++i) {
        const auto end = theirs.stmts[i]->stmt_location + theirs.stmts[i]->stmt_len;
        // Theirs take blanks and comments around a statement with it.
        CHECK(own[i].offset >= static_cast<std::size_t>(theirs.stmts[i]->stmt_location));
        CHECK(own[i].offset + own[i].text.size() <= static_cast<std::size_t>(end));
    }
    pg_query_free_split_result(theirs);
}

TEST_CASE("splitting takes time in proportion to the script") {
    const auto seconds_for = [](int statements) {
        std::string script;
        for (int i = 0; i < statements; ++i)
            script += "insert into t values (1, 'some text', $$more$$); -- and so on\n";
        const auto begin = std::chrono::steady_clock::now();
        CHECK(split_script(script).statements.size() == static_cast<std::size_t>(statements));
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    const double small = seconds_for(2000);
    CHECK(seconds_for(20000) < 30 * small + 0.05);
}
