#include "db/sql_words.hpp"

#include <doctest/doctest.h>

namespace keel {

using Words = std::vector<std::string>;

TEST_CASE("only bare words of a statement count") {
    CHECK(sql_words("Drop /* a /* b */ c */ TABLE -- x\n \"drop\" 'it''s' `q` t1") ==
          Words{"drop", "table", "t1"});
}

TEST_CASE("what stands in a dollar-quoted body is no word of the statement") {
    CHECK(sql_words("do $x$ drop table a $$ ; $x$ language") == Words{"do", "language"});
    CHECK(sql_words("select $1 + $2, a$b") == Words{"select", "a$b"});
}

TEST_CASE("an unterminated string or comment ends the words without a fault") {
    CHECK(sql_words("a 'b c") == Words{"a"});
    CHECK(sql_words("a /* b") == Words{"a"});
    CHECK(sql_words("a $x$ b") == Words{"a"});
    CHECK(sql_words("a $") == Words{"a"});
    CHECK(sql_words("").empty());
}

TEST_CASE("a sequence of words is found only as a whole") {
    const Words words = sql_words("alter table t drop column c");

    CHECK(has_sequence(words, {"drop", "column"}));
    CHECK_FALSE(has_sequence(words, {"drop", "table"}));
    CHECK(has_word(words, "alter"));
    CHECK_FALSE(has_word(words, "alte"));
}

}  // namespace keel
