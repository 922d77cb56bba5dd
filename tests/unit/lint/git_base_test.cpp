#include <doctest/doctest.h>

#include <algorithm>

#include "base/process.hpp"
#include "unit/operations/each_engine.hpp"

namespace keel {
namespace {

/// A project in a git repository of its own, that nothing of the user's configuration reaches.
class Repository {
  public:
    explicit Repository(TestProject& project) : project_(project) {
        run({"init", "-q", "-b", "main"});
    }
    void run(std::vector<std::string> arguments) const {
        std::vector<std::string> all{"-C", project_.root().native(),     "-c", "user.name=tester",
                                     "-c", "user.email=tester@localhost"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const auto git = find_program("git");
        REQUIRE(git);
        const auto result = run_process({.program = *git,
                                         .arguments = all,
                                         .environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"},
                                                         {"GIT_CONFIG_SYSTEM", "/dev/null"}}},
                                        [](std::span<const std::byte>) {});
        REQUIRE_MESSAGE(result.status == 0, result.error_output);
    }
    void commit() const {
        run({"add", "migrations"});
        run({"commit", "-q", "-m", "migrations"});
    }

  private:
    TestProject& project_;
};

std::vector<std::string> found(TestProject& project, const std::string& base) {
    const auto report =
        project.run("migrate lint", {.options = {{"git-base", base}, {"offline", ""}}});
    REQUIRE_MESSAGE(report.ok(), error_of(report));
    std::vector<std::string> result;
    for (const auto& finding : report.result.at("findings").as_array())
        result.push_back(finding.string_or("rule", "") + " " + finding.string_or("file", ""));
    return result;
}

bool has(const std::vector<std::string>& list, std::string_view what) {
    return std::ranges::find(list, what) != list.end();
}

}  // namespace

TEST_CASE("against a base branch only what the branch brings is looked at") {
    TestProject project;
    const Repository repository(project);
    project.add_migration("20260101000000_notes", "create table notes (body text);",
                          "drop table notes;");
    project.add_migration("20260103000000_tags", "create table tags (id integer primary key);",
                          "drop table tags;");
    repository.commit();
    repository.run({"checkout", "-q", "-b", "work"});
    CHECK(found(project, "main").empty());

    project.add_migration("20260102000000_late", "create table late (id integer primary key);",
                          "drop table late;");
    project.add_migration("20260103000000_tags",
                          "create table tags (id integer primary key, name text);",
                          "drop table tags;");

    const auto findings = found(project, "main");
    CHECK(findings.size() == 2);
    CHECK(has(findings, "H01 migrations/20260102000000_late.sql"));
    CHECK(has(findings, "H02 migrations/20260103000000_tags.sql"));
}

TEST_CASE("what the base branch got meanwhile is no edit of this one") {
    TestProject project;
    const Repository repository(project);
    project.add_migration("20260101000000_notes", "create table notes (id integer primary key);",
                          "drop table notes;");
    repository.commit();
    repository.run({"checkout", "-q", "-b", "work"});
    repository.run({"checkout", "-q", "main"});
    project.add_migration("20260101000000_notes",
                          "create table notes (id integer primary key, body text);",
                          "drop table notes;");
    repository.commit();
    repository.run({"checkout", "-q", "work"});

    CHECK(found(project, "main").empty());
}

TEST_CASE("a base that git does not know is refused with what git said") {
    TestProject project;
    const Repository repository(project);
    project.add_migration("20260101000000_notes", "create table notes (id integer primary key);",
                          "drop table notes;");
    repository.commit();

    const auto report = project.run("migrate lint", {.options = {{"git-base", "nowhere"}}});

    REQUIRE(report.error);
    CHECK(report.error->kind() == ErrorKind::usage);
    CHECK(report.error->message().find("nowhere") != std::string::npos);
    CHECK(project.run("migrate lint", {.options = {{"git-base", "--output=x"}}}).error->kind() ==
          ErrorKind::usage);
}

}  // namespace keel
