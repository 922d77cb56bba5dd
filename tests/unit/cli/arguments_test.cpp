#include "cli/arguments.hpp"

#include <doctest/doctest.h>

#include "sample_commands.hpp"

using namespace keel;
using test::sample_table;
using test::words;

namespace {

Arguments parse(const char* command, std::initializer_list<const char*> arguments) {
    return parse_arguments(sample_table().find(command), words(arguments));
}

std::string failure(const char* command, std::initializer_list<const char*> arguments) {
    try {
        parse(command, arguments);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CHECK(error.hint() == std::string("see: keel ") + command + " --help");
        return error.message();
    }
    return "";
}

}  // namespace

TEST_CASE("every global option arrives where it belongs") {
    const Arguments arguments =
        parse("status", {"-C", "/p", "-e", "prod", "--database", "x.db", "--migrations", "m",
                         "--layout", "goose", "--repository", "b", "-nyqv", "--json", "--no-color",
                         "--no-input", "--confirm", "prod"});

    CHECK(arguments.overrides.directory == "/p");
    CHECK(arguments.overrides.environment == "prod");
    CHECK(arguments.overrides.database == "x.db");
    CHECK(arguments.overrides.migrations_directory == "m");
    CHECK(arguments.overrides.layout == "goose");
    CHECK(arguments.overrides.repository == "b");
    CHECK(arguments.dry_run);
    CHECK(arguments.yes);
    CHECK(arguments.output.quiet);
    CHECK(arguments.output.verbose);
    CHECK(arguments.output.json);
    CHECK(arguments.output.no_color);
    CHECK(arguments.no_input);
    CHECK(arguments.confirm == "prod");
}

TEST_CASE("what is not given is absent") {
    const Arguments arguments = parse("status", {});

    CHECK_FALSE(arguments.overrides.environment.has_value());
    CHECK_FALSE(arguments.yes);
    CHECK_FALSE(arguments.output.json);
    CHECK(arguments.confirm.empty());
}

TEST_CASE("a command's options are checked against its spec") {
    const Arguments arguments = parse("migrate up", {"--to", "7", "--steps=2"});

    CHECK(arguments.options.text("to") == "7");
    CHECK(arguments.options.integer("steps", 0) == 2);
}

TEST_CASE("a list takes one value each time, and leaves the rest alone") {
    const Arguments arguments = parse("inspect", {"--table", "a", "-t", "b", "--sizes"});

    CHECK(arguments.options.list("table") == words({"a", "b"}));
    CHECK(arguments.options.flag("sizes"));
    CHECK(failure("inspect", {"--table", "a", "b"}) ==
          "'keel inspect' does not take the argument 'b'");
}

TEST_CASE("positionals are taken in order, also after two dashes") {
    CHECK(parse("backup show", {"7f"}).options.text("id") == "7f");
    CHECK(parse("backup show", {"--", "-7f"}).options.text("id") == "-7f");
    CHECK(parse("backup import", {"a", "--label", "x", "b"}).options.list("file") ==
          words({"a", "b"}));
}

TEST_CASE("a mistyped option is answered with the nearest one") {
    CHECK(failure("inspect", {"--tabel", "a"}) ==
          "unknown option '--tabel' for 'keel inspect' (did you mean '--table'?)");
    CHECK(failure("status", {"--jsno"}) ==
          "unknown option '--jsno' for 'keel status' (did you mean '--json'?)");
    CHECK(failure("status", {"-x"}) == "unknown option '-x' for 'keel status'");
}

TEST_CASE("what is missing, empty, doubled or no number is said by name") {
    CHECK(failure("backup show", {}) == "'keel backup show' needs ID");
    CHECK(failure("backup import", {"a"}) == "'keel backup import' needs --label LABEL");
    CHECK(failure("migrate up", {"--to"}) == "option '--to' needs a value");
    CHECK(failure("migrate up", {"--to", "1", "--to", "2"}) == "option '--to' was given twice");
    CHECK(failure("migrate up", {"--steps", "two"}) == "'two' is not a whole number for '--steps'");
    CHECK(failure("status", {"extra"}) == "'keel status' does not take the argument 'extra'");
}

TEST_CASE("an empty environment is an error, not the default one") {
    CHECK(failure("status", {"-e", ""}) == "'--env' has an empty value");
    CHECK(failure("status", {"--env="}) == "option '--env' needs a value");
    CHECK(failure("backup show", {""}) == "'ID' has an empty value");
}

TEST_CASE("a flag takes no value") {
    CHECK_FALSE(failure("status", {"--yes=false"}).empty());
}

TEST_CASE("nothing required is missed when help is wanted") {
    CHECK(parse("backup show", {"--help"}).wants_help);
    CHECK(parse("backup show", {"-h"}).wants_help);
}

TEST_CASE("a password in an argument that does not fit is not repeated") {
    CHECK(failure("status", {"postgres://me:hunter2@h/d"}).find("hunter2") == std::string::npos);
    CHECK(failure("status", {"--password=hunter2"}).find("hunter2") == std::string::npos);
}

TEST_CASE("the form of a report is known even when the arguments are wrong") {
    CHECK(asks_for_json(words({"migrate", "--frob", "--json"})));
    CHECK_FALSE(asks_for_json(words({"migrate", "--", "--json"})));
    CHECK_FALSE(asks_for_json(words({"migrate"})));
}

TEST_CASE("no option of a command clashes with a global one") {
    for (const OperationSpec* spec : sample_table().all()) {
        CHECK_NOTHROW(parse_arguments(spec, words({"--help"})));
    }
}
