#include <doctest/doctest.h>

#include "base/error.hpp"
#include "engines/sqlite/dialect.hpp"

namespace keel::sqlite {
namespace {

std::vector<std::string> texts(std::string_view script) {
    std::vector<std::string> result;
    for (const auto& statement : SqliteDialect().split(script).statements) {
        result.emplace_back(statement.text);
    }
    return result;
}

using Texts = std::vector<std::string>;

Error split_error(std::string_view script) {
    try {
        SqliteDialect().split(script);
    } catch (const Error& error) {
        return error;
    }
    return Error(ErrorKind::internal, "no error");
}

}  // namespace

TEST_CASE("statements end at semicolons that are in no string, name or comment") {
    CHECK(texts("select ';'; select \";\" ; select [;]; select `;` -- ;\n; select /* ; */ 1") ==
          Texts{"select ';'", "select \";\"", "select [;]", "select `;`", "select /* ; */ 1"});
}

TEST_CASE("doubled quotes belong to the text") {
    CHECK(texts("select 'it''s; '''; select \"a\"\";\";") ==
          Texts{"select 'it''s; '''", "select \"a\"\";\""});
}

TEST_CASE("empty statements and comments alone are no statements") {
    CHECK(texts("").empty());
    CHECK(texts(" ;; -- nothing\n/* ; */ ;").empty());
    CHECK(texts("\xEF\xBB\xBFselect 1") == Texts{"select 1"});
}

TEST_CASE("a trigger is one statement up to its END") {
    const std::string trigger =
        "create trigger t after insert on a begin\n  insert into b values (1);\n  update c set n = "
        "1;\nend";
    CHECK(texts(trigger + "; select 1;") == Texts{trigger, "select 1"});
    CHECK(texts("CREATE TEMP TRIGGER t AFTER DELETE ON a BEGIN SELECT 1; END") ==
          Texts{"CREATE TEMP TRIGGER t AFTER DELETE ON a BEGIN SELECT 1; END"});
    CHECK(
        texts("explain query plan create trigger t after insert on a begin select 1; end; select 2")
            .size() == 2);
}

TEST_CASE("CASE … END, and columns that are named end, do not end a trigger") {
    const std::string with_case =
        "create trigger t after insert on a begin\n"
        "  update b set n = case when new.n = 1 then ';end;' else 2 end;\n"
        "  select case new.n when 1 then 1 end, new.end from b;\nend";
    CHECK(texts(with_case + ";\ncreate table c (n);") == Texts{with_case, "create table c (n)"});
}

TEST_CASE("comments between the END and the semicolon of a trigger are passed over") {
    CHECK(texts("create trigger t after insert on a begin select 1; end /* ; */ -- ;\n; select 2")
              .size() == 2);
}

TEST_CASE("create table with a column named trigger is no trigger") {
    CHECK(texts("create table trigger_log (a); select 1").size() == 2);
    CHECK(texts("create table if not exists \"trigger\" (a); select 1").size() == 2);
}

TEST_CASE("lines and offsets are those of a statement's first token") {
    constexpr std::string_view script =
        "-- head\n\nselect 1;\n\n/* two\n lines */ select\n 2; select 3";
    const auto statements = SqliteDialect().split(script).statements;

    REQUIRE(statements.size() == 3);
    CHECK(statements[0].line == 3);
    CHECK(statements[1].line == 6);
    CHECK(statements[2].line == 7);
    CHECK(statements[2].number == 3);
    for (const auto& statement : statements) {
        CHECK(script.substr(statement.offset, statement.text.size()) == statement.text);
    }
}

TEST_CASE("what does not end is an error with its place") {
    const auto string = split_error("select 1;\nselect 'abc;\n");
    CHECK(string.kind() == ErrorKind::invalid_input);
    CHECK(string.where().line == 2);
    CHECK(string.where().column == 8);
    CHECK(split_error("select \"abc").where().column == 8);
    CHECK(split_error("select [abc").kind() == ErrorKind::invalid_input);
    CHECK(split_error("select 1 /* never").where().column == 10);
    CHECK(split_error("select x'00").kind() == ErrorKind::invalid_input);
}

TEST_CASE("a command of the sqlite3 shell is an error with its line") {
    const auto error = split_error("select 1;\n.read other.sql\n");
    CHECK(error.kind() == ErrorKind::invalid_input);
    CHECK(error.where().line == 2);
    CHECK(error.message().find("'.read'") != std::string::npos);
}

TEST_CASE("COPY … FROM stdin is an error with its line, before its data confuses anything") {
    const auto error = split_error("select 1;\ncopy t (a) from stdin;\nit's data\n\\.\n");
    CHECK(error.kind() == ErrorKind::invalid_input);
    CHECK(error.where().line == 2);
}

}  // namespace keel::sqlite
