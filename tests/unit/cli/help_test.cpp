#include "cli/help.hpp"

#include <doctest/doctest.h>

#include "cli/reference.hpp"
#include "sample_commands.hpp"

using namespace keel;
using test::sample_table;

TEST_CASE("a command's page ends with examples and its exit statuses") {
    CHECK(command_help(*sample_table().find("migrate up")) ==
          "apply pending migrations\n"
          "\n"
          "usage: keel migrate up [--to VERSION] [--steps N]\n"
          "\n"
          "options:\n"
          "      --to VERSION  stop after this one\n"
          "      --steps N     at most so many\n"
          "\n"
          "global options (-C, -e, --json, --dry-run and more): see keel help\n"
          "\n"
          "examples:\n"
          "  keel migrate up\n"
          "  keel migrate up --steps 1\n"
          "\n"
          "exit statuses:\n"
          "  0    done; what it acknowledges survives a power cut\n"
          "  1    failed; the target is as it was before\n"
          "  2    usage or configuration error\n"
          "  4    refused by the guard\n"
          "  5    unreachable or locked: try again\n"
          "  6    partly done, a person must decide; the message gives the commands\n"
          "  130  interrupted; otherwise as 1\n");
}

TEST_CASE("only the exit statuses a command can have are listed") {
    const std::string reading = command_help(*sample_table().find("status"));
    const std::string finding = command_help(*sample_table().find("env use"));

    CHECK(reading.find("refused by the guard") == std::string::npos);
    CHECK(reading.find("findings") == std::string::npos);
    CHECK(finding.find("findings") != std::string::npos);
    CHECK(finding.find("unreachable") == std::string::npos);
}

TEST_CASE("a usage line shows positionals first, and what may be left out in brackets") {
    CHECK(usage_line(*sample_table().find("backup import")) ==
          "keel backup import FILE… --label LABEL");
    CHECK(usage_line(*sample_table().find("inspect")) == "keel inspect [--table TABLE…] [--sizes]");
}

TEST_CASE("a group's page lists its commands and no others") {
    const std::string page = group_help(sample_table(), "migrate");

    CHECK(page.find("migrate up    apply pending migrations\n") != std::string::npos);
    CHECK(page.find("migrate down") != std::string::npos);
    CHECK(page.find("backup") == std::string::npos);
}

TEST_CASE("the main page lists every command and global option once") {
    const std::string page = main_help(sample_table());

    for (const OperationSpec* spec : sample_table().all()) {
        CHECK(page.find("  " + std::string(spec->name) + " ") != std::string::npos);
    }
    CHECK(page.find("-e, --env NAME") != std::string::npos);
    CHECK(page.find("--no-input") != std::string::npos);
}

TEST_CASE("the reference page has every command with its options") {
    const std::string page = commands_reference(sample_table());

    CHECK(page.find("## keel migrate up\n\nApply pending migrations.\n") != std::string::npos);
    CHECK(page.find("| `--to VERSION` | stop after this one |") != std::string::npos);
    CHECK(page.find("| `-t`, `--table TABLE` | only this table; may be repeated |") !=
          std::string::npos);
    CHECK(page.find("Effect: changes the schema. Exit statuses: 0, 1, 2, 4, 5, 6, 130.") !=
          std::string::npos);
    CHECK(page.ends_with("\n"));
    CHECK_FALSE(page.ends_with("\n\n"));
}
