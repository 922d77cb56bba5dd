#include "db/row_editor.hpp"

#include <doctest/doctest.h>

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
