#include <doctest/doctest.h>

#include "base/error.hpp"
#include "engines/sqlite/copy_format.hpp"
#include "support.hpp"

namespace keel::sqlite {
namespace {

std::vector<std::string> fields_of(std::string_view row, std::size_t count) {
    std::vector<CopyField> fields(count);
    parse_row(row, CopyFormat::text, fields);
    std::vector<std::string> result;
    for (const auto& field : fields) {
        result.push_back(field.storage == 'n' ? "null" : std::string(field.bytes));
    }
    return result;
}

using Texts = std::vector<std::string>;

bool is_refused(std::string_view row, CopyFormat format, std::size_t count) {
    std::vector<CopyField> fields(count);
    const auto error = error_of([&] { parse_row(row, format, fields); });
    return error && error->kind() == ErrorKind::invalid_input;
}

}  // namespace

TEST_CASE("text rows are read as PostgreSQL writes them") {
    CHECK(fields_of("1\tword\n", 2) == Texts{"1", "word"});
    CHECK(fields_of("\\N\t\\\\N\t\n", 3) == Texts{"null", "\\N", ""});
    CHECK(fields_of("a\\tb\\nc\\rd\\\\e\\bf\\fg\\vh", 1) == Texts{"a\tb\nc\rd\\e\bf\fg\vh"});
    CHECK(fields_of("\\101\\x41\\x4g\\.\\q", 1) == Texts{"AA\x04g.q"});
    CHECK(fields_of("ends with\\", 1) == Texts{"ends with\\"});
}

TEST_CASE("text rows with other numbers of fields are refused") {
    CHECK(is_refused("1\n", CopyFormat::text, 2));
    CHECK(is_refused("1\t2\t3\n", CopyFormat::text, 2));
}

TEST_CASE("binary rows that are cut, or made up, are refused") {
    const std::string good("\x00\x02\x00\x00\x00\x02tx\xff\xff\xff\xff", 12);
    std::vector<CopyField> fields(2);
    parse_row(good, CopyFormat::binary, fields);
    CHECK(fields[0].storage == 't');
    CHECK(fields[0].bytes == "x");
    CHECK(fields[1].storage == 'n');

    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK(is_refused(std::string_view(good).substr(0, size), CopyFormat::binary, 2));
    }
    CHECK(is_refused(good + "x", CopyFormat::binary, 2));
    CHECK(is_refused(good, CopyFormat::binary, 3));
    CHECK(is_refused(std::string_view("\x00\x01\x00\x00\x00\x02zx", 8), CopyFormat::binary, 1));
    CHECK(is_refused(std::string_view("\x00\x01\x00\x00\x00\x02ix", 8), CopyFormat::binary, 1));
    CHECK(is_refused(std::string_view("\x00\x01\x00\x00\x00\x00", 6), CopyFormat::binary, 1));
}

TEST_CASE("text fields become what their column's declared type says") {
    const Place place;
    const auto connection = place.connect();
    connection->execute("create table t (flag boolean, data bytea, amount numeric, word text)");
    CopySpec spec;
    spec.table = "t";

    const auto sink = connection->copy_in(spec);
    sink->put(as_bytes("t\t\\\\xdeAD\tInfinity\tt\n"));
    sink->put(as_bytes("false\t\\\\x\t1.50\t\\\\x00\n"));
    sink->finish();

    const auto rows = connection->query_rows(
        "select flag, typeof(flag), hex(data), typeof(data), amount, word from t");
    CHECK(rows[0] == Texts{"1", "integer", "DEAD", "blob", "Inf", "t"});
    CHECK(rows[1] == Texts{"0", "integer", "", "blob", "1.5", "\\x00"});
}

TEST_CASE("values of every storage class survive the binary format in any column") {
    const Place place;
    const auto connection = place.connect();
    connection->execute("create table a (v)");
    connection->execute("create table b (v)");
    connection->execute(
        "insert into a values (1), (1.0), ('1'), (x'31'), (null), (9e999), (-9e999), (''), (x''), "
        "(cast(x'ff00' as text))");
    CopySpec out;
    out.table = "a";
    out.format = CopyFormat::binary;
    auto in = out;
    in.table = "b";

    const auto source = connection->copy_out(out);
    const auto sink = connection->copy_in(in);
    for (auto row = source->next(); !row.empty(); row = source->next()) sink->put(row);
    sink->finish();

    CHECK(connection->query_rows("select typeof(v), quote(v), hex(v) from a order by rowid") ==
          connection->query_rows("select typeof(v), quote(v), hex(v) from b order by rowid"));
}

}  // namespace keel::sqlite
