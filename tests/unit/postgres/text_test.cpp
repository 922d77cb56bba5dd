#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "engines/postgres/database_state.hpp"
#include "engines/postgres/dialect.hpp"
#include "engines/postgres/errors.hpp"
#include "engines/postgres/pg_dump.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/rows.hpp"
#include "engines/postgres/side_database.hpp"
#include "engines/postgres/values.hpp"

using namespace keel;
using namespace keel::postgres;

TEST_CASE("identifiers and literals cannot be left from the inside") {
    CHECK(quote_identifier("a\"b") == "\"a\"\"b\"");
    CHECK(quote_name("", "T") == "\"T\"");
    CHECK(quote_name("s", "t") == "\"s\".\"t\"");
    CHECK(quote_literal("it's") == "'it''s'");
    CHECK(quote_literal("a\\'b") == " E'a\\\\''b'");
    CHECK_THROWS_AS(quote_identifier(std::string_view("a\0b", 3)), Error);
    CHECK_THROWS_AS(quote_identifier("\xff"), Error);
    CHECK_THROWS_AS(quote_identifier(""), Error);
}

TEST_CASE("values become literals of their own type") {
    CHECK(quote_value(true) == "true");
    CHECK(quote_value(std::int64_t{-5}) == "-5");
    CHECK(quote_value(0.1) == "'0.1'::float8");
    CHECK(quote_value(-std::numeric_limits<double>::infinity()) == "'-Infinity'::float8");
    CHECK(quote_value(std::monostate{}) == "null");
    CHECK(quote_value(Blob{std::byte{1}, std::byte{255}}) == "'\\x01ff'::bytea");
}

TEST_CASE("Keel's own tables are those of its schema") {
    const PostgresDialect dialect;
    CHECK(dialect.internal_table("meta") == "\"keel\".\"meta\"");
    CHECK(dialect.is_internal("keel", "meta"));
    CHECK_FALSE(dialect.is_internal("public", "keel_meta"));
}

TEST_CASE("SQLSTATEs tell the kind of an error") {
    CHECK(kind_of_sqlstate("40001") == ErrorKind::serialization);
    CHECK(kind_of_sqlstate("40P01") == ErrorKind::serialization);
    CHECK(kind_of_sqlstate("55P03") == ErrorKind::locked);
    CHECK(kind_of_sqlstate("57014") == ErrorKind::timeout);
    CHECK(kind_of_sqlstate("23505") == ErrorKind::constraint);
    CHECK(kind_of_sqlstate("25006") == ErrorKind::refused);
    CHECK(kind_of_sqlstate("08006") == ErrorKind::unreachable);
    CHECK(kind_of_sqlstate("57P01") == ErrorKind::unreachable);
    CHECK(kind_of_sqlstate("42601") == ErrorKind::sql);
    CHECK(kind_of_sqlstate("42P07") == ErrorKind::sql);
}

TEST_CASE("a position in characters becomes one in bytes") {
    CHECK(byte_offset("abc", 1) == 0);
    CHECK(byte_offset("äbc", 2) == 2);
    CHECK(byte_offset("a€𝄞b", 4) == 8);
    CHECK(byte_offset("ab", 9) == 2);
}

TEST_CASE("why a connection failed is told from the state, or from libpq's words") {
    const Secret password("hunter22");
    const auto kind = [&](std::string_view message) {
        return error_of_connect({.message = message, .database = "d", .user = "u", .place = "h:1"},
                                password)
            .kind();
    };
    CHECK(
        kind("connection to server at \"h\", port 1 failed: FATAL:  28P01: password authentication "
             "failed for user \"u\"\nLOCATION:  x") == ErrorKind::config);
    CHECK(kind("FATAL:  3D000: database \"d\" does not exist") == ErrorKind::not_found);
    CHECK(kind("FATAL:  53300: sorry, too many clients already") == ErrorKind::unreachable);
    CHECK(kind("FATAL:  57P03: the database system is starting up") == ErrorKind::unreachable);
    CHECK(kind("FATAL:  42501: permission denied for database \"d\"") == ErrorKind::config);
    CHECK(kind("connection to server at \"h\", port 1 failed: Connection refused\n\tIs it?") ==
          ErrorKind::unreachable);
    CHECK(kind("could not translate host name \"missing.service.invalid\" to address: x") ==
          ErrorKind::unreachable);
    CHECK(kind("server does not support SSL, but SSL was required") == ErrorKind::config);
    CHECK(kind("connection to server at \"h\" failed: fe_sendauth: no password supplied") ==
          ErrorKind::config);
    CHECK(kind("definition of service \"x\" not found") == ErrorKind::config);
}

TEST_CASE("no failed connection tells the password") {
    const Secret password("hunter22");
    const auto error = error_of_connect({.message = "invalid port number: \"hunter22\"",
                                         .database = "hunter22",
                                         .user = "hunter22",
                                         .place = "hunter22:1"},
                                        password);
    CHECK(error.message().find("hunter22") == std::string::npos);
    CHECK(error.hint().find("hunter22") == std::string::npos);
}

TEST_CASE("parameters with a NUL are refused, blobs with one are not") {
    const std::vector<Value> text = {std::string("a\0b", 3)};
    CHECK_THROWS_AS(Parameters{text}, Error);
    const std::vector<Value> blob = {Blob{std::byte{0}}};
    CHECK(Parameters{blob}.lengths()[0] == 1);
}

TEST_CASE("bytea is read in both its forms") {
    CHECK(parse_bytea("\\x00ff") == Blob{std::byte{0}, std::byte{255}});
    CHECK(parse_bytea("a\\\\b\\377") ==
          Blob{std::byte{'a'}, std::byte{'\\'}, std::byte{'b'}, std::byte{255}});
}

TEST_CASE("databases beside a target are found by name and comment, and fit in 63 bytes") {
    const std::string run = "20261120t071500-9f3k2m";
    const std::string long_name(60, 'x');
    const std::string umlauts = "äöüäöüäöüäöüäöüäöüäöüäöü";
    for (const std::string& target : {std::string("app"), long_name, umlauts}) {
        const auto name = side_name(SideRole::replaced, target, run);
        CHECK(name.size() <= 63);
        const auto by_name = read_side(name, "", target);
        REQUIRE(by_name);
        CHECK(by_name->role == SideRole::replaced);
        CHECK(by_name->run_id == run);
        const auto staged = side_name(SideRole::staged, target, run);
        const auto comment = side_comment({.role = SideRole::staged,
                                           .name = staged,
                                           .target = target,
                                           .run_id = run,
                                           .state = {}});
        CHECK(read_side(staged, comment, target)->role == SideRole::staged);
        CHECK_FALSE(read_side(staged, comment, target + "y"));
    }
    CHECK_FALSE(read_side("app__keel_" + run, "", "ap"));
    CHECK_FALSE(read_side("app", "", "app"));
    CHECK_FALSE(read_side("app__keel_", "", "app"));
}

TEST_CASE("a database's settings are written so that they mean the same again") {
    CHECK(setting_assignment("work_mem=64MB") == "\"work_mem\" to '64MB'");
    CHECK(setting_assignment("search_path=\"$user\", public, \"a,\"\"b\"") ==
          "\"search_path\" to '$user', 'public', 'a,\"b'");
    CHECK(setting_assignment("search_path=\"\"") == "\"search_path\" to ''");
    CHECK(setting_assignment("app.tenant=a=b'c") == "\"app\".\"tenant\" to 'a=b''c'");
}

TEST_CASE("the first pg_dump that is not older than the server is chosen") {
    const std::vector<PgDumpTool> tools = {
        {"/a/pg_dump", "13.4", 13}, {"/b/pg_dump", "15.18", 15}, {"/c/pg_dump", "17.1", 17}};
    CHECK(choose_pg_dump(tools, 15).path == "/b/pg_dump");
    CHECK(choose_pg_dump(tools, 16).path == "/c/pg_dump");
    try {
        choose_pg_dump(tools, 18);
        FAIL("an old pg_dump was chosen");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::unsupported);
        CHECK(error.message().find("13.4 (/a/pg_dump)") != std::string::npos);
        CHECK(error.hint().find("postgresql-client-18") != std::string::npos);
    }
    CHECK_THROWS_AS(choose_pg_dump({}, 15), Error);
}

namespace {

/// Gives a text in pieces of a few bytes.
class PieceSource final : public ByteSource {
  public:
    PieceSource(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
    std::size_t read(std::span<std::byte> buffer) override {
        const auto part = std::string_view(text_).substr(at_, std::min(piece_, buffer.size()));
        std::ranges::copy(as_bytes(part), buffer.begin());
        at_ += part.size();
        return part.size();
    }

  private:
    std::string text_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("lines come back whole from pieces of any size") {
    for (const std::size_t piece : {1u, 2u, 3u, 7u, 100u}) {
        PieceSource source("one\ntwo\n\nthree\n", piece);
        LineReader lines(source);
        std::vector<std::string> found;
        for (auto line = lines.next(); !line.empty(); line = lines.next()) found.emplace_back(line);
        CHECK(found == std::vector<std::string>{"one\n", "two\n", "\n", "three\n"});
    }
    PieceSource cut("one\ntw", 4);
    LineReader lines(cut);
    lines.next();
    CHECK_THROWS_AS(lines.next(), Error);
}
