#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>

#include "base/digest.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

Blob every_byte() {
    Blob bytes;
    for (int value = 0; value < 256; ++value) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

std::vector<std::vector<Value>> hostile_rows() {
    using Integers = std::numeric_limits<std::int64_t>;
    return {
        {Integers::min(), -0.0, std::string("tab\there\nnew\r\nline \\ back\\\\slash"),
         every_byte()},
        {Integers::max(), 5e-324, std::string("\\N"), Blob{}},
        {std::int64_t{0}, 1.7976931348623157e308, std::string("\\."), Blob{std::byte{'\\'}}},
        {std::int64_t{-1}, 0.1, std::string(), Blob{std::byte{0}}},
        {std::monostate{}, std::monostate{}, std::monostate{}, std::monostate{}},
        {std::int64_t{42}, 1e15,
         std::string("\b\f\v\x01\x7f \"quoted\" 'it''s' 漢字 \xF0\x9F\x90\x98"),
         Blob(70'000, std::byte{0xAB})},
        {std::int64_t{7}, 3.0, std::string(" leading and trailing "), Blob{std::byte{'\t'}}},
    };
}

void make_tables(EngineFixture& fixture, Connection& connection) {
    const auto& samples = fixture.samples();
    for (const auto* name : {"source", "target"}) {
        connection.execute(fmt::format("create table {} (n {}, r {}, s {}, b {})", name,
                                       samples.integer_type, samples.real_type, samples.text_type,
                                       samples.blob_type));
    }
    for (const auto& row : hostile_rows()) {
        connection.execute("insert into source values ($1, $2, $3, $4)", row);
    }
}

std::vector<Value> values_of(Connection& connection, std::string_view table) {
    std::vector<Value> values;
    connection.query(fmt::format("select n, r, s, b from {} order by n", table), {},
                     [&](const Row& row) {
                         for (std::size_t column = 0; column < row.size(); ++column)
                             values.push_back(row.value(column));
                     });
    return values;
}

CopySpec spec_of(std::string table, CopyFormat format) {
    CopySpec spec;
    spec.table = std::move(table);
    spec.format = format;
    return spec;
}

std::uint64_t copy(Connection& from, Connection& to, CopyFormat format) {
    const auto source = from.copy_out(spec_of("source", format));
    const auto sink = to.copy_in(spec_of("target", format));
    for (auto row = source->next(); !row.empty(); row = source->next()) sink->put(row);
    return sink->finish();
}

RowDigest digest_of(Connection& connection, std::string table) {
    RowDigest digest;
    const auto source = connection.copy_out(spec_of(std::move(table), CopyFormat::binary));
    for (auto row = source->next(); !row.empty(); row = source->next()) digest.add(row);
    return digest;
}

}  // namespace

TEST_CASE("hostile values survive a copy out and in, in both formats") {
    for_each_engine([](EngineFixture& fixture) {
        for (const auto format : {CopyFormat::text, CopyFormat::binary}) {
            const auto url = fixture.make_database();
            const auto from = fixture.connect(url);
            make_tables(fixture, *from);
            const auto to = fixture.connect(url);

            CHECK(copy(*from, *to, format) == hostile_rows().size());

            CHECK(values_of(*to, "target") == values_of(*to, "source"));
            CHECK(digest_of(*to, "target") == digest_of(*to, "source"));
        }
    });
}

TEST_CASE("a text row is what PostgreSQL's COPY writes") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        const auto& samples = fixture.samples();
        connection->execute(fmt::format("create table source (n {}, s {}, b {})",
                                        samples.integer_type, samples.text_type,
                                        samples.blob_type));
        const std::vector<Value> row = {std::int64_t{5}, std::string("a\tb\\c\n"),
                                        Blob{std::byte{0xDE}, std::byte{0x01}}};
        connection->execute("insert into source values ($1, $2, $3)", row);
        connection->execute("insert into source values (null, null, null)");

        const auto source = connection->copy_out(spec_of("source", CopyFormat::text));

        CHECK(as_text(source->next()) == "5\ta\\tb\\\\c\\n\t\\\\xde01\n");
        CHECK(as_text(source->next()) == "\\N\t\\N\t\\N\n");
        CHECK(source->next().empty());
    });
}

TEST_CASE("a query can be copied out") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        CopySpec spec;
        spec.query = "select 1 as a, 'x' as b";

        const auto source = connection->copy_out(spec);

        CHECK(as_text(source->next()) == "1\tx\n");
        CHECK(source->next().empty());
    });
}

TEST_CASE("only the named columns are copied") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_tables(fixture, *connection);
        auto spec = spec_of("target", CopyFormat::text);
        spec.columns = {"s", "n"};

        const auto sink = connection->copy_in(spec);
        sink->put(as_bytes("word\t3\n"));
        CHECK(sink->finish() == 1);

        const auto rows = connection->query_rows("select n, s from target");
        CHECK(rows == std::vector<std::vector<std::string>>{{"3", "word"}});
    });
}

TEST_CASE("a row that violates a constraint fails the copy, names the row and leaves none") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        connection->execute("create table u (n integer primary key)");
        const auto error = error_of([&] {
            const auto sink = connection->copy_in(spec_of("u", CopyFormat::text));
            for (const auto* row : {"1\n", "2\n", "1\n"}) sink->put(as_bytes(row));
            sink->finish();
        });

        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::constraint);
        REQUIRE_FALSE(error->trail().empty());
        CHECK(error->trail().front().find('3') != std::string::npos);
        CHECK(connection->query_integer("select count(*) from u") == 0);
    });
}

TEST_CASE("a row of another shape fails the copy") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        make_tables(fixture, *connection);
        const auto before = connection->query_integer("select count(*) from target");

        CHECK(error_of([&] {
            const auto sink = connection->copy_in(spec_of("target", CopyFormat::text));
            sink->put(as_bytes("1\t2\n"));
            sink->finish();
        }));

        CHECK(connection->query_integer("select count(*) from target") == before);
    });
}

TEST_CASE("rows of a sink that was not finished are not there") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        connection->execute("create table u (n integer)");
        {
            const auto sink = connection->copy_in(spec_of("u", CopyFormat::text));
            sink->put(as_bytes("1\n"));
        }

        CHECK_FALSE(connection->in_transaction());
        CHECK(connection->query_integer("select count(*) from u") == 0);
    });
}

}  // namespace keel::conformance
