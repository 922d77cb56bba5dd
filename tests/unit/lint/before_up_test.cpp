#include <doctest/doctest.h>

#include "base/file.hpp"
#include "unit/operations/each_engine.hpp"

namespace keel {
namespace {

/// A database with a table, and a pending migration that lint calls an error.
void prepare(TestProject& project) {
    project.add_migration("20260101000000_users", "create table users (email text primary key);",
                          "drop table users;");
    REQUIRE(project.run("migrate up").ok());
    project.add_migration("20260102000000_country",
                          "alter table users add column country text not null default 'x';\n"
                          "delete from users;",
                          "alter table users drop column country;");
}

void set_policy(TestProject& project, const std::string& policy) {
    const auto toml = read_file(project.root() / "keel.toml");
    project.write("keel.toml", toml + "\n[lint]\nbefore_up = \"" + policy + "\"\n");
}

bool mentions(const std::vector<std::string>& warnings, std::string_view what) {
    for (const auto& warning : warnings)
        if (warning.find(what) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("migrate up warns of an error that lint finds in what it applies") {
    on_each_engine([](TestProject& project) {
        prepare(project);

        const auto report = project.run("migrate up", {.yes = true});

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(mentions(report.warnings, "20260102000000_country.sql:3"));
        CHECK(mentions(report.warnings, "D05"));
    });
}

TEST_CASE("migrate up refuses what lint calls an error where the project wants that") {
    on_each_engine([](TestProject& project) {
        prepare(project);
        set_policy(project, "refuse");

        const auto report = project.run("migrate up", {.yes = true});

        REQUIRE(report.error);
        CHECK(report.error->kind() == ErrorKind::refused);
        CHECK(report.error->where().line == 3);
        CHECK(report.error->hint().find("keel:ignore D05") != std::string::npos);
        CHECK(project.run("migrate status").result.at("pending").as_array().size() == 1);
    });
}

TEST_CASE("an ignore with its reason lets a refused migration pass") {
    TestProject project;
    prepare(project);
    set_policy(project, "refuse");
    project.add_migration("20260102000000_country",
                          "-- keel:ignore D05 reason=\"rebuilt nightly\"\ndelete from users;",
                          "select 1;");

    const auto report = project.run("migrate up", {.yes = true});

    CHECK_MESSAGE(report.ok(), error_of(report));
}

TEST_CASE("migrate up does not ask lint where the project does not want that") {
    TestProject project;
    prepare(project);
    set_policy(project, "off");

    const auto report = project.run("migrate up", {.yes = true});

    REQUIRE_MESSAGE(report.ok(), error_of(report));
    CHECK_FALSE(mentions(report.warnings, "D05"));
}

TEST_CASE("an empty database has nothing to lose: nothing is said before the first migrations") {
    TestProject project;
    project.add_migration("20260101000000_users",
                          "create table users (email text primary key);\ndelete from users;",
                          "drop table users;");
    set_policy(project, "refuse");

    CHECK(project.run("migrate up").ok());
}

}  // namespace keel
