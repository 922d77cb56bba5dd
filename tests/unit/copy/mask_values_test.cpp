#include "ops/copy/mask_values.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/copy/mask_json.hpp"
#include "ops/copy/personal_columns.hpp"

using namespace keel;

namespace {

const ValueMasker& masker() {
    static const ValueMasker one{Key{std::byte{1}, std::byte{2}}};
    return one;
}

/// "Aa9-" for capitals, small letters, digits and all else.
std::string pattern(std::string_view text) {
    std::string shape;
    for (const char c : text) {
        if (c >= 'a' && c <= 'z')
            shape += 'a';
        else if (c >= 'A' && c <= 'Z')
            shape += 'A';
        else
            shape += c >= '0' && c <= '9' ? '9' : c;
    }
    return shape;
}

MaskRule json_rule(std::string path, MaskKind kind) {
    MaskRule rule{.kind = MaskKind::json, .text = {}};
    rule.paths.emplace_back(std::move(path), MaskRule{.kind = kind, .text = {}});
    return rule;
}

}  // namespace

TEST_CASE("the same value is masked alike by the same key, and otherwise by another") {
    const ValueMasker again{Key{std::byte{1}, std::byte{2}}};
    const ValueMasker other{Key{std::byte{3}}};
    for (const std::string_view value : {"anna@shop.org", "Anna Schmidt", "0170 1234567"}) {
        CHECK(masker().email(value) == again.email(value));
        CHECK(masker().text(value) == again.text(value));
        CHECK(masker().email(value) != other.email(value));
        CHECK(masker().text(value) != other.text(value));
    }
}

TEST_CASE("a masked text keeps its length and pattern and is not what it was") {
    for (const std::string_view value : {"Anna Schmidt", "Hauptstr. 12a, 10115 Berlin", "ÄÖ ß", "x",
                                         "DE89 3704 0044 0532 0130 00"}) {
        const auto masked = masker().text(value);
        CAPTURE(masked);
        CHECK(masked.size() == value.size());
        CHECK(is_valid_utf8(masked));
        if (value != "ÄÖ ß") CHECK(pattern(masked) == pattern(value));
        CHECK(masked != value);
    }
    CHECK(masker().text("") == "");
    CHECK(masker().text("- / -") == "- / -");
}

TEST_CASE("what a key has once made of a value, it makes of it for ever") {
    // Copies of yesterday and of today are joined by these.
    CHECK(masker().text("Anna Schmidt") == "Agba Jlwyifv");
    CHECK(masker().text("ÄÖ ß, 10115 Berlin") == "ìù Ã, 13436 Ructef");
    CHECK(masker().digits("0170 1234567") == "0521 3745177");
    CHECK(masker().digits("2147483646", 2'147'483'647) == "1402980477");
    CHECK(masker().email("a@b.co") == "2llivbg5rhve5@example.com");
}

TEST_CASE("different values stay different") {
    std::set<std::string> texts, numbers, mails, hashes;
    for (int i = 0; i < 10'000; ++i) {
        texts.insert(masker().text(fmt::format("user{:04}", i)));
        numbers.insert(masker().digits(fmt::format("{}", 10'000 + i)));
        mails.insert(masker().email(fmt::format("user{}@shop.org", i)));
        hashes.insert(masker().hash(fmt::format("user{}", i)));
    }
    CHECK(texts.size() == 10'000);
    CHECK(numbers.size() == 10'000);
    CHECK(mails.size() == 10'000);
    CHECK(hashes.size() == 10'000);
    std::set<std::string> all;
    for (int i = 0; i < 1000; ++i) all.insert(masker().digits(fmt::format("{:03}", i)));
    CHECK(all.size() == 1000);
}

TEST_CASE("a masked number has as many digits and fits into its column") {
    for (int i = 0; i < 2000; ++i) {
        const auto value = fmt::format("{}", 2'147'483'647 - i);
        const auto masked = masker().digits(value, 2'147'483'647);
        CHECK(masked.size() == value.size());
        CHECK(std::stoll(masked) <= 2'147'483'647);
    }
    CHECK(masker().digits("+49 (170) 1234567").size() == 17);
    CHECK(masker().digits("-120.50").starts_with("-"));
}

TEST_CASE("a masked address of mail is one that nobody has") {
    CHECK(masker().email("a@b.co").ends_with("@example.com"));
    CHECK(masker().email("a@b.co").size() == 25);
    CHECK(masker().email("somebody.with.a.long.name@shop.org").size() == 34);
}

TEST_CASE("a masked UUID is one") {
    const auto masked = masker().hash("0f8fad5b-d9cb-469f-a165-70867728950e");
    CHECK(masked.size() == 36);
    CHECK(masked[8] == '-');
    CHECK(masked[14] == '4');
}

TEST_CASE("in JSON only what the path leads to is masked, and all else stays as it was written") {
    const auto email = json_rule("$.user.email", MaskKind::email);
    const auto text =
        mask_json(R"({"user": {"email": "a@b.co", "age": 4}, "email": "x@y.z"})", email, masker());
    CHECK(text == fmt::format(R"({{"user": {{"email": "{}", "age": 4}}, "email": "x@y.z"}})",
                              masker().email("a@b.co")));
    const auto list = json_rule("$.tags[*].name", MaskKind::null_value);
    CHECK(mask_json(R"({"tags":[{"name":"a"},{"name":1}]})", list, masker()) ==
          R"({"tags":[{"name":null},{"name":null}]})");
    const auto whole = json_rule("$.all", MaskKind::text);
    const auto masked =
        mask_json(R"({"all": ["Anna \"x\"", 12, true, {"b": "Otto"}]})", whole, masker());
    CHECK(masked.find("Anna") == std::string::npos);
    CHECK(masked.find("Otto") == std::string::npos);
    CHECK(masked.find("\\\"") != std::string::npos);
    CHECK(masked.find("true") != std::string::npos);
    CHECK_THROWS_AS(mask_json("{\"a\": ", whole, masker()), Error);
}

TEST_CASE("columns look personal by the words of their names") {
    CHECK(personal_by_name("email") == "email");
    CHECK(personal_by_name("billingAddress") == "address");
    CHECK(personal_by_name("FIRST_NAME") == "name");
    CHECK(personal_by_name("password_hash") == "hash");
    CHECK(personal_by_name("name") == "");
    CHECK(personal_by_name("email_verified_at") == "");
    CHECK(personal_by_name("shipping_zip") == "text");
    CHECK(personal_by_name("description") == "");
}

TEST_CASE("values look personal by their form") {
    CHECK(personal_look("anna@shop.org") == "email");
    CHECK(personal_look("+49 170 1234567") == "phone");
    CHECK(personal_look("4111 1111 1111 1111") == "digits");
    CHECK(personal_look("4111 1111 1111 1112") == "");
    CHECK(personal_look("2024-01-02") == "");
    CHECK(personal_look("hello @ all") == "");
}
