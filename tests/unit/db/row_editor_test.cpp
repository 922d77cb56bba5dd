#include "db/row_editor.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

using namespace keel;

namespace {

std::string finished(RowEditor& editor) {
    return std::string(as_text(editor.finish()));
}

}  // namespace

TEST_CASE("a row that nobody changes comes out as the very bytes that went in") {
    const std::string row = "1\ta\\tb\t\\N\t\n";
    RowEditor editor;
    editor.open(as_bytes(row));

    CHECK(editor.size() == 4);
    CHECK(editor.text(1) == "a\tb");
    CHECK(editor.finish().data() == as_bytes(row).data());
}

TEST_CASE("null and the empty text are told apart") {
    RowEditor editor;
    const std::string row = "\\N\t\t\\\\N\n";
    editor.open(as_bytes(row));

    CHECK(editor.is_null(0));
    CHECK_FALSE(editor.is_null(1));
    CHECK_FALSE(editor.is_null(2));
    CHECK(editor.text(2) == "\\N");
}

TEST_CASE("what is set is encoded, and everything beside it stays as it was") {
    RowEditor editor;
    const std::string row = "7\told\\\\value\tx\n";
    editor.open(as_bytes(row));

    editor.set(2, "line\nend\tand \\");
    editor.set_null(0);

    CHECK(editor.text(2) == "line\nend\tand \\");
    CHECK(finished(editor) == "\\N\told\\\\value\tline\\nend\\tand \\\\\n");
}

TEST_CASE("an editor keeps nothing of the row before") {
    RowEditor editor;
    const std::string first = "a\tb\tc\n", second = "d\te\n";
    editor.open(as_bytes(first));
    editor.set(0, "changed");
    editor.open(as_bytes(second));

    CHECK(editor.size() == 2);
    CHECK(finished(editor) == second);
}

TEST_CASE("every escape of COPY's text form is decoded, octal and hexadecimal ones too") {
    CHECK(decode_copy_text("\\b\\f\\n\\r\\t\\v\\\\") == "\b\f\n\r\t\v\\");
    CHECK(decode_copy_text("\\101\\x42\\x4a\\z") == "ABJz");
    CHECK(decode_copy_text(encode_copy_text("\b\f\n\r\t\v\\ plain")) == "\b\f\n\r\t\v\\ plain");
}

TEST_CASE("a line without its end is no row") {
    RowEditor editor;
    const std::string row = "1\t2";
    CHECK_THROWS(editor.open(as_bytes(row)));
}

namespace {

/// A row in PostgreSQL's binary form; nothing stands for null.
std::string wire_row(const std::vector<std::optional<std::string>>& fields) {
    std::string row;
    append_wire_number(row, fields.size(), 2);
    for (const auto& field : fields) {
        append_wire_number(row, field ? field->size() : 0xffffffff, 4);
        row += field.value_or("");
    }
    return row;
}

const std::vector<WireKind> wire_kinds{WireKind::text, WireKind::integer, WireKind::opaque,
                                       WireKind::json, WireKind::uuid};
const std::string wire_uuid(16, '\xab');

}  // namespace

TEST_CASE("values of a binary row are read as COPY's text has them") {
    RowEditor editor;
    const auto row = wire_row({"a\tb", "\xff\xfe", "?", "\1{\"a\": 1}", wire_uuid});
    editor.open_wire(as_bytes(row), wire_kinds);

    CHECK(editor.text(0) == "a\tb");
    CHECK(editor.text(1) == "-2");
    CHECK(editor.text(3) == "{\"a\": 1}");
    CHECK(editor.text(4) == "abababab-abab-abab-abab-abababababab");
    CHECK_THROWS(editor.text(2));
    CHECK(finished(editor) == row);
}

TEST_CASE("what is set in a binary row gets its field's form, and the rest passes as it is") {
    RowEditor editor;
    const auto row = wire_row({"old", std::string(4, '\0'), "\1\2", "\1{}", wire_uuid});
    editor.open_wire(as_bytes(row), wire_kinds);
    editor.set(0, "new\\");
    editor.set(1, "258");
    editor.set(3, "[1]");
    editor.set(4, "00000000-0000-0000-0000-000000000000");
    CHECK(editor.text(1) == "258");
    CHECK(finished(editor) ==
          wire_row({"new\\", std::string("\0\0\1\2", 4), "\1\2", "\1[1]", std::string(16, '\0')}));

    editor.open_wire(as_bytes(row), wire_kinds);
    editor.set_null(2);
    CHECK(finished(editor) ==
          wire_row({"old", std::string(4, '\0'), std::nullopt, "\1{}", wire_uuid}));
}

TEST_CASE("a binary row that is none, and values that are none of their kind, are refused") {
    RowEditor editor;
    const auto row = wire_row({"x", "\1\2", std::nullopt, "\1{}", wire_uuid});
    CHECK_THROWS(editor.open_wire(as_bytes(row), std::span(wire_kinds).first(4)));
    CHECK_THROWS(editor.open_wire(as_bytes(row.substr(0, row.size() - 1)), wire_kinds));
    CHECK_THROWS(editor.open_wire(as_bytes(row + "x"), wire_kinds));
    editor.open_wire(as_bytes(row), wire_kinds);
    CHECK_THROWS_WITH(editor.set(1, "70000"), "a value is no whole number of 2 bytes");
    CHECK_THROWS_WITH(editor.set(4, "ab"), "a value is no UUID");
    CHECK_THROWS(editor.set(2, "x"));
}
