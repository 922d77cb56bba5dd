#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/schema_text.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

const SqliteDialect dialect;

std::vector<std::string> tokens(std::string_view sql) {
    std::vector<std::string> result;
    Tokenizer tokenizer(sql);
    while (const auto token = tokenizer.next()) result.emplace_back(token->text);
    return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("identifiers are quoted so that they mean themselves") {
    CHECK(dialect.quote("users") == "\"users\"");
    CHECK(dialect.quote("a\"b") == "\"a\"\"b\"");
    CHECK(dialect.quote("") == "\"\"");
    CHECK(dialect.quote("main", "t") == "\"t\"");
    CHECK(dialect.quote("", "t") == "\"t\"");
    CHECK(dialect.quote("temp", "t") == "\"temp\".\"t\"");
    CHECK_THROWS_AS(dialect.quote(std::string_view("a\0b", 3)), Error);
    CHECK_THROWS_AS(dialect.quote("\xff"), Error);
}

TEST_CASE("literals give back the value") {
    CHECK(dialect.literal(std::monostate{}) == "null");
    CHECK(dialect.literal(true) == "1");
    CHECK(dialect.literal(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(dialect.literal(0.1) == "0.1");
    CHECK(dialect.literal(3.0) == "3.0");
    CHECK(dialect.literal(1e300) == "1e+300");
    CHECK(dialect.literal(-std::numeric_limits<double>::infinity()) == "-9e999");
    CHECK(dialect.literal(std::string("it's")) == "'it''s'");
    CHECK(dialect.literal(std::string("a\0b", 3)) == "cast(x'610062' as text)");
    CHECK(dialect.literal(std::string("\xff")) == "cast(x'ff' as text)");
    CHECK(dialect.literal(Blob{std::byte{0xAB}}) == "x'ab'");
    CHECK_THROWS_AS(dialect.literal(std::nan("")), Error);
}

TEST_CASE("statements that cannot run in a transaction are known") {
    CHECK(dialect.needs_no_transaction("vacuum"));
    CHECK(dialect.needs_no_transaction("-- why\nVACUUM INTO 'x'"));
    CHECK(dialect.needs_no_transaction("pragma journal_mode = wal"));
    CHECK(dialect.needs_no_transaction("PRAGMA main.journal_mode(wal)"));
    CHECK(dialect.needs_no_transaction("pragma foreign_keys=off"));
    CHECK(dialect.needs_no_transaction("pragma wal_checkpoint(truncate)"));
    CHECK_FALSE(dialect.needs_no_transaction("pragma journal_mode"));
    CHECK_FALSE(dialect.needs_no_transaction("pragma user_version = 3"));
    CHECK_FALSE(dialect.needs_no_transaction("create table vacuum_log (n)"));
    CHECK_FALSE(dialect.needs_no_transaction(""));
}

TEST_CASE("statements that control transactions are known") {
    for (const auto* sql : {"begin", "BEGIN IMMEDIATE", "commit", "end transaction",
                            "rollback to s", "savepoint s", "release s", "/* x */ begin"}) {
        CHECK(dialect.controls_transaction(sql));
    }
    CHECK_FALSE(
        dialect.controls_transaction("create trigger t after insert on a begin select 1; end"));
    CHECK_FALSE(dialect.controls_transaction("\"begin\""));
}

TEST_CASE("Keel's own tables are named and known") {
    CHECK(dialect.internal_table("meta") == "\"keel_meta\"");
    CHECK(dialect.internal_setup().empty());
    CHECK(dialect.is_internal("", "keel_meta"));
    CHECK(dialect.is_internal("main", "KEEL_MIGRATIONS"));
    CHECK_FALSE(dialect.is_internal("", "keel_orders"));
    CHECK_FALSE(dialect.is_internal("temp", "keel_meta"));
}

TEST_CASE("SQL is cut into SQLite's tokens") {
    CHECK(tokens("a.b<=c||'x'--y\n") == Texts{"a", ".", "b", "<=", "c", "||", "'x'"});
    CHECK(tokens("1e-5 .5 0x1F 1.5e+3-2") == Texts{"1e-5", ".5", "0x1F", "1.5e+3", "-", "2"});
    CHECK(tokens("$1 ?2 :name @x ?") == Texts{"$1", "?2", ":name", "@x", "?"});
    CHECK(tokens("x'ab' X'cd' xa") == Texts{"x'ab'", "X'cd'", "xa"});
    CHECK(unquote("\"a\"\"b\"") == "a\"b");
    CHECK(unquote("[a b]") == "a b");
    CHECK(unquote("plain") == "plain");
}

TEST_CASE("one schema written in two ways has one normal form") {
    CHECK(normalize_sql("CREATE TABLE \"t\"(a  int,--x\n[b c] text)") ==
          normalize_sql("CREATE TABLE t ( a int , \"b c\" text )"));
    CHECK(normalize_sql("create table t (a text default 'X')") !=
          normalize_sql("create table t (a text default 'x')"));
}

TEST_CASE("constraints are read from a table's own text") {
    const auto table = read_create_table(
        "CREATE TABLE t (id integer constraint pk primary key autoincrement,\n"
        "  a text not null unique check (a <> ')' and length(a) > (1 + 1)) default (upper('x')),\n"
        "  p int references parent (id) on delete set null not deferrable,\n"
        "  q int constraint to_q references q deferrable initially deferred check (q > 0),\n"
        "  constraint \"two cols\" unique (a, [p]),\n"
        "  constraint fk foreign key (p, q) references other (x, y) on update cascade\n"
        "  check (p <> q))");

    CHECK(table.autoincrement);
    REQUIRE(table.constraints.size() == 9);
    CHECK(table.constraints[0].name == "pk");
    CHECK(table.constraints[0].kind == ConstraintKind::primary_key);
    CHECK(table.constraints[1].kind == ConstraintKind::unique);
    CHECK(table.constraints[2].expression == "a <> ')' and length(a) > (1 + 1)");
    CHECK(table.constraints[3].kind == ConstraintKind::foreign_key);
    CHECK(table.constraints[3].columns == Texts{"p"});
    CHECK_FALSE(table.constraints[3].deferred);
    CHECK(table.constraints[4].name == "to_q");
    CHECK(table.constraints[4].deferred);
    CHECK(table.constraints[5].kind == ConstraintKind::check);
    CHECK(table.constraints[6].name == "two cols");
    CHECK(table.constraints[6].columns == Texts{"a", "p"});
    CHECK(table.constraints[7].name == "fk");
    CHECK(table.constraints[7].columns == Texts{"p", "q"});
    CHECK(table.constraints[8].expression == "p <> q");
}

TEST_CASE("a check behind a foreign key without a comma is read too") {
    const auto table = read_create_table(
        "create table t (a, b, foreign key (a) references p (a) constraint positive check (b > "
        "0))");
    REQUIRE(table.constraints.size() == 2);
    CHECK(table.constraints[1].name == "positive");
    CHECK(table.constraints[1].expression == "b > 0");
}

TEST_CASE("index items and virtual table modules are read from their text") {
    CHECK(read_index_items("create index i on t (a collate nocase desc, lower(b), c)") ==
          Texts{"a collate nocase desc", "lower(b)", "c"});
    CHECK(read_module("CREATE VIRTUAL TABLE s USING fts5(a, b)") == "fts5(a, b)");
}

}  // namespace keel::sqlite
