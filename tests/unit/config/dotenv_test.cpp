#include <fmt/format.h>

#include "config/variables.hpp"
#include "unit/config/project_fixture.hpp"

using keel::parse_dotenv;
using keel::ProjectFixture;
using keel::Variables;

namespace {

Variables with_dotenv(std::string_view text, std::map<std::string, std::string> process = {}) {
    Variables result(
        [process = std::move(process)](std::string_view name) -> std::optional<std::string> {
            const auto found = process.find(std::string(name));
            if (found == process.end()) return std::nullopt;
            return found->second;
        });
    result.set_dotenv(parse_dotenv(text, ".env"));
    return result;
}

}  // namespace

TEST_CASE("the customary forms of a .env line are read") {
    const auto variables = with_dotenv(
        "\xEF\xBB\xBF# a comment\r\n"
        "PLAIN=value\r\n"
        "  SPACED = some words  \n"
        "export EXPORTED=yes\n"
        "export NOTHING\n"
        "COMMENTED=value # not part of it\n"
        "HASH=pass#word\n"
        "SINGLE='literal ${PLAIN} \\n'\n"
        "DOUBLE=\"a\\tb \\\"c\\\" \\$5 \\${PLAIN}\" # comment\n"
        "MANY=\"first\n"
        "second\"\n"
        "NESTED=<${PLAIN}-${MISSING:-none}>\n"
        "DOLLAR=pa$$word\n"
        "TWICE=1\n"
        "TWICE=2\n"
        "EMPTY=\n"
        "export=odd\n"
        "last=no line end");

    CHECK(variables.get("PLAIN") == "value");
    CHECK(variables.get("SPACED") == "some words");
    CHECK(variables.get("EXPORTED") == "yes");
    CHECK_FALSE(variables.get("NOTHING").has_value());
    CHECK(variables.get("COMMENTED") == "value");
    CHECK(variables.get("HASH") == "pass#word");
    CHECK(variables.get("SINGLE") == "literal ${PLAIN} \\n");
    CHECK(variables.get("DOUBLE") == "a\tb \"c\" $5 ${PLAIN}");
    CHECK(variables.get("MANY") == "first\nsecond");
    CHECK(variables.get("NESTED") == "<value-none>");
    CHECK(variables.get("DOLLAR") == "pa$$word");
    CHECK(variables.get("TWICE") == "2");
    CHECK_FALSE(variables.get("EMPTY").has_value());
    CHECK(variables.get("export") == "odd");
    CHECK(variables.get("last") == "no line end");
    CHECK(variables.origin("NESTED") == ".env:12");
}

TEST_CASE("the real environment wins over .env, and empty counts as unset there, too") {
    const auto variables = with_dotenv("A=file\nB=file\n", {{"A", "real"}, {"B", ""}});

    CHECK(variables.get("A") == "real");
    CHECK_FALSE(variables.get("B").has_value());
    CHECK(variables.origin("A") == "environment variable A");
}

TEST_CASE("a .env line that cannot be read is an error with its line and nothing of its content") {
    struct Case {
        std::string text;
        int line;
        std::string message;
    };
    const Case cases[] = {
        {"A=1\nhunter2\n", 2, "a line of the .env file is not NAME=VALUE"},
        {"A: hunter2\n", 1, "a line of the .env file is not NAME=VALUE"},
        {"=hunter2", 1, "a line of the .env file is not NAME=VALUE"},
        {"\n\nexport A hunter2\n", 3, "a line of the .env file is not NAME=VALUE"},
        {"A=1\n\nB=\"hunter2\nC=3\n", 3, "a quote in the .env file is not closed"},
        {"A='hunter2", 1, "a quote in the .env file is not closed"},
        {"A=1\nB=\"x\" hunter2\n", 2, "something follows a closing quote in the .env file"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        ProjectFixture fixture;
        fixture.write(".env", one.text);

        const auto error = fixture.load_failure();

        CHECK(error.kind() == keel::ErrorKind::config);
        CHECK(error.message() == one.message);
        CHECK(error.where().file == ".env");
        CHECK(error.where().line == one.line);
        CHECK((error.message() + error.hint()).find("hunter2") == std::string::npos);
    }
}

TEST_CASE("a .env value that names an unset variable is an error only where it is used") {
    ProjectFixture fixture;
    fixture.write(".env", "\nUNUSED=${MISSING}\n");
    CHECK(fixture.resolve().name == "dev");

    fixture.write(".env", "\nDATABASE_URL=sqlite:${MISSING}\n");
    const auto error = fixture.resolve_failure();
    CHECK(error.message() == "variable 'MISSING' is not set");
    CHECK(error.where().line == 2);
}

TEST_CASE("a .env value that leads back to itself is an error") {
    const auto variables = with_dotenv("A=${B}\nB=${A}\n");

    const auto error = ProjectFixture::failure([&] { variables.get("A"); });

    CHECK(error.message().ends_with("is defined by itself"));
}

TEST_CASE("references in text are replaced, and what cannot be is an error") {
    const auto variables = with_dotenv("NAME=shop\n");
    const auto expand = [&](std::string_view text) {
        return variables.expand(text, {"keel.toml", 3, 7, 0});
    };

    CHECK(expand("a ${NAME} b ${NAME}") == "a shop b shop");
    CHECK(expand("${NONE:-x:-y}${NAME:-z}") == "x:-yshop");
    CHECK(expand("$${NAME} $NAME $") == "${NAME} $NAME $");
    CHECK(expand("${NONE:-}").empty());
    for (const std::string text : {"${NONE}", "${NAME", "${}", "${a b}", "${1A}"}) {
        CAPTURE(text);
        const auto error = ProjectFixture::failure([&] { expand(text); });
        CHECK(error.where().line == 3);
        CHECK(error.where().column == 7);
    }
}
