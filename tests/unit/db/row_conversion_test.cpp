#include "db/row_conversion.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/stored_row.hpp"
#include "db/type_rules.hpp"

using namespace keel;

namespace {

/// A value as SQLite stores it, and PostgreSQL's text COPY form of a row of it alone.
struct Stored {
    char storage;
    std::string bytes = {};
    std::int64_t integer = 0;
    double real = 0;
};

std::string row_of(const Stored& value) {
    StoredRowWriter writer;
    writer.start(1);
    if (value.storage == 'i') writer.integer(value.integer);
    if (value.storage == 'r') writer.real(value.real);
    if (value.storage == 't') writer.text(value.bytes);
    if (value.storage == 'b') writer.blob(value.bytes);
    if (value.storage == 'n') writer.null();
    return std::string(writer.row());
}

std::string to_postgres(const Stored& value, const std::string& type) {
    const auto conversion =
        make_sqlite_to_postgres({{.name = "c", .source_type = "", .target_type = type}});
    const auto row = row_of(value);
    try {
        auto text = std::string(as_text(conversion->convert(as_bytes(row))));
        text.pop_back();
        return text;
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        conversion->check(as_bytes(row));
        CHECK(conversion->problems().size() == 1);
        return "refused";
    }
}

/// "i 5", "t text", "b 00ff" …
std::string to_sqlite(const std::string& value, const std::string& from, const std::string& to) {
    const auto conversion =
        make_postgres_to_sqlite({{.name = "c", .source_type = from, .target_type = to}});
    const auto row = value + "\n";
    try {
        std::vector<StoredField> fields;
        parse_stored_row(conversion->convert(as_bytes(row)), fields);
        if (fields.at(0).storage == 'n') return "n";
        return std::string(1, fields[0].storage) + " " + fields[0].text();
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        return "refused";
    }
}

Stored text(std::string value) {
    return {.storage = 't', .bytes = std::move(value)};
}
Stored integer(std::int64_t value) {
    return {.storage = 'i', .integer = value};
}
Stored real(double value) {
    return {.storage = 'r', .real = value};
}
Stored blob(std::string value) {
    return {.storage = 'b', .bytes = std::move(value)};
}

}  // namespace

TEST_CASE("values of SQLite become what the type in PostgreSQL says") {
    CHECK(to_postgres(integer(1), "boolean") == "t");
    CHECK(to_postgres(text("No"), "boolean") == "f");
    CHECK(to_postgres(real(3), "integer") == "3");
    CHECK(to_postgres(text(" 42 "), "bigint") == "42");
    CHECK(to_postgres(real(0.1), "double precision") == "0.1");
    CHECK(to_postgres(text("1e3"), "numeric(10,2)") == "1e3");
    CHECK(to_postgres(integer(7), "character varying(5)") == "7");
    CHECK(to_postgres(text("a\tb\\"), "text") == "a\\tb\\\\");
    CHECK(to_postgres(blob("\x01z"), "bytea") == "\\\\x017a");
    CHECK(to_postgres(text("raw"), "bytea") == "\\\\x726177");
    CHECK(to_postgres(text("2024-02-29"), "date") == "2024-02-29");
    CHECK(to_postgres(integer(0), "timestamp with time zone") == "1970-01-01 00:00:00");
    CHECK(to_postgres(integer(1'700'000'000'123), "timestamp(3) with time zone") ==
          "2023-11-14 22:13:20.123000");
    CHECK(to_postgres(real(2'440'588.5), "timestamp without time zone") == "1970-01-02 00:00:00");
    CHECK(to_postgres(integer(-1), "date") == "1969-12-31");
    CHECK(to_postgres(text("10:30"), "time without time zone") == "10:30");
    CHECK(to_postgres(blob(std::string(16, '\x11')), "uuid") ==
          "11111111-1111-1111-1111-111111111111");
    CHECK(to_postgres(text("{}"), "jsonb") == "{}");
    CHECK(to_postgres(text("{1,2}"), "integer[]") == "{1,2}");
    CHECK(to_postgres({.storage = 'n'}, "text") == "\\N");
}

TEST_CASE("values that a type in PostgreSQL cannot hold are refused") {
    CHECK(to_postgres(text("perhaps"), "boolean") == "refused");
    CHECK(to_postgres(integer(40'000), "smallint") == "refused");
    CHECK(to_postgres(real(0.5), "integer") == "refused");
    CHECK(to_postgres(text("abc"), "numeric") == "refused");
    CHECK(to_postgres(text("ääää"), "character varying(3)") == "refused");
    CHECK(to_postgres(text(std::string("a\0b", 3)), "text") == "refused");
    CHECK(to_postgres(text("\xff"), "text") == "refused");
    CHECK(to_postgres(blob("x"), "text") == "refused");
    CHECK(to_postgres(text("2023-02-29"), "date") == "refused");
    CHECK(to_postgres(text("2023-02-28 24:61"), "timestamp without time zone") == "refused");
    CHECK(to_postgres(text("12345"), "uuid") == "refused");
}

TEST_CASE("values of PostgreSQL become what the column in SQLite stores as it is") {
    CHECK(to_sqlite("t", "boolean", "BOOLEAN") == "i 1");
    CHECK(to_sqlite("-5", "integer", "INTEGER") == "i -5");
    CHECK(to_sqlite("-5", "integer", "TEXT") == "t -5");
    CHECK(to_sqlite("1e+20", "double precision", "REAL") == "r 1e+20");
    CHECK(to_sqlite("12.50", "numeric(10,2)", "TEXT") == "t 12.50");
    CHECK(to_sqlite("12.50", "numeric(10,2)", "NUMERIC") == "r 12.5");
    CHECK(to_sqlite("12", "numeric", "DECIMAL(10,2)") == "i 12");
    CHECK(to_sqlite("\\\\x00ff", "bytea", "BLOB") == "b \\x00ff");
    CHECK(to_sqlite("2024-01-02", "date", "DATE") == "t 2024-01-02");
    CHECK(to_sqlite("2024-01-02 03:04:05.5+00", "timestamp with time zone", "TIMESTAMP") ==
          "t 2024-01-02 03:04:05.5+00:00");
    CHECK(to_sqlite("2023-11-14 22:13:20+00", "timestamp with time zone", "INTEGER") ==
          "i 1700000000");
    CHECK(to_sqlite("11111111-1111-1111-1111-111111111111", "uuid", "BLOB") ==
          "b \\x11111111111111111111111111111111");
    CHECK(to_sqlite("{1,2}", "integer[]", "TEXT") == "t {1,2}");
    CHECK(to_sqlite("a\\tb", "text", "TEXT") == "t a\tb");
    CHECK(to_sqlite("\\N", "text", "TEXT") == "n");
}

TEST_CASE("values that SQLite would change are refused") {
    CHECK(to_sqlite("NaN", "double precision", "REAL") == "refused");
    CHECK(to_sqlite("123456789012345.678", "numeric", "NUMERIC") == "refused");
    CHECK(to_sqlite("007", "text", "INTEGER") == "refused");
    CHECK(to_sqlite("2023-11-14 22:13:20.5+00", "timestamp with time zone", "INTEGER") ==
          "refused");
    CHECK(no_rule_for(EngineKind::postgres, "jsonb", "INTEGER").has_value());
    CHECK(no_rule_for(EngineKind::postgres, "timestamp with time zone", "REAL").has_value());
    CHECK_FALSE(no_rule_for(EngineKind::postgres, "jsonb", "TEXT").has_value());
}

TEST_CASE("what comes back as it was written is told apart from what the engine writes anew") {
    const auto conversion =
        make_sqlite_to_postgres({{.name = "id", .source_type = "", .target_type = "bigint"},
                                 {.name = "at", .source_type = "", .target_type = "date"},
                                 {.name = "name", .source_type = "", .target_type = "text"}});
    CHECK(conversion->exact_columns() == std::vector<std::size_t>{0, 2});
    StoredRowWriter writer;
    writer.start(3);
    writer.integer(1);
    writer.text("2024-01-02");
    writer.text("x");
    const std::string row(writer.row());
    conversion->convert(as_bytes(row));
    CHECK(as_text(conversion->exact_part()) == "1\tx\n");
}
