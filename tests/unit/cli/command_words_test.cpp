#include "cli/command_words.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "sample_commands.hpp"

using namespace keel;
using test::sample_table;
using test::words;

namespace {

std::string message(std::initializer_list<const char*> arguments) {
    return unknown_command(find_command(words(arguments), sample_table()), sample_table())
        .message();
}

}  // namespace

TEST_CASE("global options may stand before, between and after the words of a command") {
    for (const auto& arguments :
         {words({"-e", "prod", "migrate", "up"}), words({"migrate", "-e", "prod", "up"}),
          words({"migrate", "up", "-e", "prod"}), words({"-qeprod", "migrate", "--json", "up"}),
          words({"--env=prod", "migrate", "up"}), words({"--database", "x", "migrate", "up"})}) {
        const CommandWords command = find_command(arguments, sample_table());

        CAPTURE(join(arguments, " "));
        REQUIRE(command.spec != nullptr);
        CHECK(command.spec->name == "migrate up");
        CHECK(command.words == words({"migrate", "up"}));
    }
}

TEST_CASE("what is not part of the command stays in its order") {
    const CommandWords command =
        find_command(words({"-e", "dev", "backup", "show", "7f", "-q"}), sample_table());

    CHECK(command.spec->name == "backup show");
    CHECK(command.rest == words({"7f", "-e", "dev", "-q"}));
}

TEST_CASE("an option's value is not taken for a word of the command") {
    const CommandWords command = find_command(words({"inspect", "--table", "up"}), sample_table());

    CHECK(command.spec->name == "inspect");
    CHECK(command.rest == words({"--table", "up"}));
}

TEST_CASE("after two dashes nothing is a word of the command") {
    const CommandWords command = find_command(words({"backup", "--", "show"}), sample_table());

    CHECK(command.spec == nullptr);
    CHECK(command.rest == words({"--", "show"}));
}

TEST_CASE("a mistyped command is answered with the nearest one") {
    CHECK(message({"migrat", "up"}) == "unknown command 'migrat' (did you mean 'migrate up'?)");
    CHECK(message({"migrat"}) == "unknown command 'migrat' (did you mean 'migrate'?)");
    CHECK(message({"migrate", "upp"}) ==
          "unknown command 'migrate upp' (did you mean 'migrate up'?)");
    CHECK(message({"statsu"}) == "unknown command 'statsu' (did you mean 'status'?)");
    CHECK(message({"frobnicate"}) == "unknown command 'frobnicate'");
}

TEST_CASE("a verb without its group is answered with the whole command") {
    CHECK(message({"up"}) == "unknown command 'up' (did you mean 'migrate up'?)");
}

TEST_CASE("a group alone and nothing at all are told apart from unknown words") {
    CHECK(message({"migrate"}) == "'keel migrate' needs one of its commands");
    CHECK(message({"--json"}) == "no command given");
    CHECK(message({"--frob"}) == "unknown option '--frob' for 'keel'");
}

TEST_CASE("a password in the place of a command is not repeated") {
    CHECK(message({"postgres://me:hunter2@host/db"}).find("hunter2") == std::string::npos);
}
