#include <doctest/doctest.h>

#include <algorithm>

#include "base/file.hpp"
#include "unit/operations/each_engine.hpp"

namespace keel {
namespace {

std::vector<std::string> rules_in(const Report& report) {
    std::vector<std::string> rules;
    for (const auto& finding : report.result.at("findings").as_array())
        rules.push_back(finding.string_or("rule", ""));
    return rules;
}

bool has(const std::vector<std::string>& rules, std::string_view id) {
    return std::ranges::find(rules, id) != rules.end();
}

const Json& finding_of(const Report& report, std::string_view id) {
    for (const auto& finding : report.result.at("findings").as_array())
        if (finding.string_or("rule", "") == id) return finding;
    FAIL("no finding of " << id);
    return report.result;
}

void add_users(TestProject& project) {
    project.add_migration("20260101000000_users",
                          "create table users (id bigint primary key, email text, age int);",
                          "drop table users;");
}

}  // namespace

TEST_CASE("lint reports a finding with its place and what to do, and exits with 3") {
    on_each_engine([](TestProject& project) {
        add_users(project);
        project.add_migration("20260102000000_less",
                              "select 1;\n\nalter table users drop column age;",
                              "alter table users add column age int;");

        const auto report = project.run("migrate lint");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.exit_status() == 3);
        const Json& finding = finding_of(report, "D02");
        CHECK(finding.string_or("file", "") == "migrations/20260102000000_less.sql");
        CHECK(finding.integer_or("line", 0) == 4);
        CHECK(finding.integer_or("column", 0) > 0);
        CHECK(finding.integer_or("statement", 0) == 2);
        CHECK(finding.string_or("severity", "") == "warning");
        CHECK_FALSE(finding.string_or("message", "").empty());
        CHECK_FALSE(finding.string_or("fix", "").empty());
    });
}

TEST_CASE("what is applied cannot be changed: its findings are infos") {
    on_each_engine([](TestProject& project) {
        add_users(project);
        project.add_migration("20260102000000_less", "alter table users drop column age;",
                              "alter table users add column age int;");
        REQUIRE(project.run("migrate up", {.yes = true}).ok());

        const auto report = project.run("migrate lint");

        CHECK(report.exit_status() == 0);
        CHECK(finding_of(report, "D02").string_or("severity", "") == "info");
        CHECK(finding_of(report, "D02").bool_or("applied", false));
    });
}

TEST_CASE("a migration that was edited after it was applied is an error") {
    on_each_engine([](TestProject& project) {
        add_users(project);
        REQUIRE(project.run("migrate up").ok());
        project.add_migration("20260101000000_users",
                              "create table users (id bigint primary key, name text);",
                              "drop table users;");

        const auto report = project.run("migrate lint");

        CHECK(finding_of(report, "H02").string_or("severity", "") == "error");
        CHECK(report.exit_status() == 3);
    });
}

TEST_CASE("rows of the database decide what hangs on them") {
    on_each_engine([](TestProject& project) {
        add_users(project);
        REQUIRE(project.run("migrate up").ok());
        project.add_migration("20260102000000_unique", "create unique index u on users (email);",
                              "drop index u;");
        project.execute({"insert into users values (1, 'a', 1), (2, 'b', 2)"});
        CHECK_FALSE(has(rules_in(project.run("migrate lint")), "M01"));
        CHECK(finding_of(project.run("migrate lint", {.options = {{"offline", ""}}}), "M01")
                  .string_or("severity", "") == "info");

        project.execute({"insert into users values (3, 'a', 3)"});

        CHECK(finding_of(project.run("migrate lint"), "M01").string_or("severity", "") == "error");
    });
}

TEST_CASE("a migration older than an applied one is found") {
    on_each_engine([](TestProject& project) {
        add_users(project);
        REQUIRE(project.run("migrate up").ok());
        project.add_migration("20251231000000_late", "create table late (id bigint primary key);",
                              "drop table late;");

        CHECK(has(rules_in(project.run("migrate lint")), "H01"));
    });
}

TEST_CASE("two files of one version are a finding") {
    on_each_engine([](TestProject& project) {
        add_users(project);
        project.add_migration("020260101000000_twin", "create table twin (id bigint primary key);",
                              "drop table twin;");

        const auto report = project.run("migrate lint");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(has(rules_in(report), "H03"));
        CHECK(report.exit_status() == 3);
    });
}

TEST_CASE("the schema that other hands have made is known from the database") {
    on_each_engine([](TestProject& project) {
        project.execute({"create table base (id bigint primary key, a int)",
                         "create index base_a on base (a)"});
        project.add_migration("20260102000000_again", "create index base_b on base (a);",
                              "drop index base_b;");

        CHECK(has(rules_in(project.run("migrate lint")), "S07"));
    });
}

TEST_CASE("lint can be confined, and told what counts") {
    on_each_engine([](TestProject& project) {
        add_users(project);
        project.add_migration("20260102000000_less", "alter table users drop column age;",
                              "alter table users add column age int;");
        project.add_migration("20260103000000_more", "alter table users add column x int;",
                              "alter table users drop column x;");

        CHECK(project.run("migrate lint", {.options = {{"latest", "1"}}}).exit_status() == 0);
        CHECK(
            project.run("migrate lint", {.options = {{"files", "20260102000000"}}}).exit_status() ==
            3);
        CHECK(project.run("migrate lint", {.options = {{"fail-on", "error"}}}).exit_status() == 0);
        CHECK(project.run("migrate lint", {.options = {{"fail-on", "eror"}}}).error->kind() ==
              ErrorKind::usage);
        CHECK(project.run("migrate lint", {.options = {{"files", "nothing"}}}).error->kind() ==
              ErrorKind::not_found);
    });
}

TEST_CASE("[lint] switches rules off and on, and makes errors of them") {
    TestProject project;
    add_users(project);
    project.add_migration("20260102000000_less", "alter table users drop column age;",
                          "alter table users add column age int;");
    const auto toml = read_file(project.root() / "keel.toml");

    project.write("keel.toml", toml + "\n[lint]\nerrors = [\"drop-column\"]\n");
    CHECK(finding_of(project.run("migrate lint"), "D02").string_or("severity", "") == "error");
    project.write("keel.toml", toml + "\n[lint]\nignore = [\"D02\"]\n");
    CHECK_FALSE(has(rules_in(project.run("migrate lint")), "D02"));
    project.write("keel.toml", toml + "\n[lint]\nsince = \"20260103\"\n");
    CHECK(has(rules_in(project.run("migrate lint")), "D02"));
    project.write("keel.toml", toml + "\n[lint]\nsince = \"20260103000000\"\n");
    CHECK(rules_in(project.run("migrate lint")).empty());
    project.write("keel.toml", toml + "\n[lint]\nignore = [\"D2\"]\n");
    CHECK(project.run("migrate lint").error->kind() == ErrorKind::config);
}

TEST_CASE("--fix rewrites the file, and with --dry-run only says so") {
    TestProject project;
    const std::string file = "migrations/20260101000000_tags.sql";
    project.add_migration("20260101000000_tags", "create table tags (id int primary key);",
                          "drop table tags;");
    const auto before = read_file(project.root() / file);

    const auto dry = project.run("migrate lint", {.options = {{"fix", ""}}, .dry_run = true});
    CHECK(read_file(project.root() / file) == before);
    CHECK(dry.result.at("fixed").as_array().at(0).string_or("file", "") == file);

    const auto report = project.run("migrate lint", {.options = {{"fix", ""}}});
    CHECK(read_file(project.root() / file).find("id integer primary key") != std::string::npos);
    CHECK_FALSE(has(rules_in(report), "Q09"));
}

TEST_CASE("findings have the forms that programs read") {
    TestProject project;
    add_users(project);
    project.add_migration("20260102000000_less", "alter table users drop column age;",
                          "alter table users add column age int;");
    const auto text_of = [&](const std::string& format) {
        const auto report = project.run("migrate lint", {.options = {{"format", format}}});
        REQUIRE(report.ok());
        return std::get<Verbatim>(report.body.at(0)).text;
    };

    CHECK(text_of("github").find("::warning file=migrations/20260102000000_less.sql,line=2,col=") !=
          std::string::npos);
    const Json sarif = Json::parse(text_of("sarif"));
    const Json& run = sarif.at("runs").as_array().at(0);
    CHECK(sarif.string_or("version", "") == "2.1.0");
    const Json& result = run.at("results").as_array().at(0);
    const auto index = static_cast<std::size_t>(result.integer_or("ruleIndex", 0));
    CHECK(run.at("tool").at("driver").at("rules").as_array().at(index).string_or("id", "") ==
          result.string_or("ruleId", "?"));
}

}  // namespace keel
