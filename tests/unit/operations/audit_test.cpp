#include <filesystem>
#include <fstream>

#include "base/file.hpp"
#include "each_engine.hpp"

using namespace keel;

namespace {

std::filesystem::path log_of(const TestProject& project) {
    return project.root() / ".keel" / "audit" / "audit.ndjson";
}

void overwrite(const std::filesystem::path& file, std::string_view text) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

/// Three changes, each with an intent and an outcome.
void make_changes(TestProject& project) {
    REQUIRE(project.run("db init").ok());
    for (const auto* name : {"0001_a", "0002_b"}) {
        project.add_migration(name, "create table t" + std::string(name) + " (id integer);",
                              "drop table t" + std::string(name) + ";");
        REQUIRE(project.run("migrate up").ok());
    }
}

}  // namespace

TEST_CASE("audit list shows intent and outcome of every change, oldest first") {
    TestProject project;
    make_changes(project);

    const auto report = project.run("audit list");

    REQUIRE_MESSAGE(report.ok(), error_of(report));
    const auto& entries = report.result.at("entries").as_array();
    REQUIRE(entries.size() == 6);
    CHECK(entries[0].string_or("operation", "") == "db init");
    CHECK(entries[0].string_or("event", "") == "intent");
    CHECK(entries[5].string_or("operation", "") == "migrate up");
    CHECK(entries[5].string_or("event", "") == "outcome");
    CHECK(entries[5].string_or("actor", "") == "tester");
    CHECK(report.result.integer_or("skipped", -1) == 0);
}

TEST_CASE("audit list keeps to its limit and its time, newest entries first in line") {
    TestProject project;
    make_changes(project);

    const auto limited = project.run("audit list", {.options = {{"limit", "2"}}});
    REQUIRE(limited.result.at("entries").as_array().size() == 2);
    CHECK(limited.result.at("entries").as_array()[1].integer_or("seq", 0) == 6);
    CHECK(limited.result.integer_or("skipped", 0) == 4);
    const auto recent = project.run("audit list", {.options = {{"since", "1h"}}});
    CHECK(recent.result.at("entries").as_array().size() == 6);
    const auto future = project.run("audit list", {.options = {{"since", "2999-01-01T00:00:00Z"}}});
    CHECK(future.result.at("entries").as_array().empty());
}

TEST_CASE("audit list refuses a limit or a time that is none") {
    TestProject project;

    CHECK(project.run("audit list", {.options = {{"since", "yesterday"}}}).exit_status() == 2);
    CHECK(project.run("audit list", {.options = {{"limit", "-1"}}}).exit_status() == 2);
    CHECK(project.run("audit list", {.options = {{"limit", "many"}}}).exit_status() == 2);
}

TEST_CASE("audit verify proves the chain and its end against the database") {
    on_each_engine([](TestProject& project) {
        const auto before = project.run("audit verify");
        REQUIRE_MESSAGE(before.ok(), error_of(before));
        CHECK(before.exit_status() == 0);
        CHECK(before.result.integer_or("entries", -1) == 0);
        make_changes(project);

        const auto report = project.run("audit verify");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.exit_status() == 0);
        CHECK(report.result.bool_or("ok", false));
        CHECK(report.result.integer_or("entries", 0) == 6);
        CHECK(report.result.string_or("anchor", "") == "match");
        CHECK(report.warnings.empty());
    });
}

TEST_CASE("audit verify names the first entry that was changed") {
    TestProject project;
    make_changes(project);
    overwrite(log_of(project), replace_all(read_file(log_of(project)), "tester", "nobody"));

    const auto report = project.run("audit verify");

    CHECK(report.exit_status() == 3);
    const auto& problems = report.result.at("problems").as_array();
    REQUIRE(!problems.empty());
    CHECK(problems[0].integer_or("line", 0) == 1);
    CHECK(problems[0].string_or("file", "").ends_with("audit.ndjson"));
}

TEST_CASE("audit verify notices that the end of the log was cut off") {
    on_each_engine([](TestProject& project) {
        make_changes(project);
        const auto text = read_file(log_of(project));
        overwrite(log_of(project), text.substr(0, text.rfind('\n', text.size() - 2) + 1));

        const auto report = project.run("audit verify");

        CHECK(report.exit_status() == 3);
        CHECK(report.result.string_or("anchor", "") == "mismatch");
    });
}

TEST_CASE("audit verify warns of a log that is gone but remembered") {
    TestProject project;
    make_changes(project);
    std::filesystem::remove(log_of(project));

    const auto report = project.run("audit verify");

    REQUIRE(report.ok());
    CHECK(report.warnings.size() == 1);
}

TEST_CASE("audit verify without a reachable database leaves the end unproven, not proven") {
    TestProject project;
    make_changes(project);
    project.write("keel.toml",
                  "[environments.dev]\nurl = \"postgresql://keel@/x?host=/nowhere\"\n");

    const auto report = project.run("audit verify");

    REQUIRE_MESSAGE(report.ok(), error_of(report));
    CHECK(report.result.string_or("anchor", "") == "unknown");
    CHECK(report.warnings.size() == 1);
}

TEST_CASE("audit list of a damaged log points to audit verify") {
    TestProject project;
    make_changes(project);
    overwrite(log_of(project), "{broken\n" + read_file(log_of(project)));

    const auto report = project.run("audit list");

    REQUIRE(report.error);
    CHECK(report.error->hint() == "see where it is damaged with: keel audit verify");
    CHECK(project.run("audit verify").exit_status() == 3);
}
