#include <fmt/format.h>

#include "each_engine.hpp"

using namespace keel;

namespace {

std::string take_backup(TestProject& project) {
    const auto report = project.run("backup create");
    REQUIRE_MESSAGE(report.ok(), error_of(report));
    return report.result.string_or("id", "");
}

Report diff(TestProject& project, const std::string& from, const std::string& to) {
    return project.run("schema diff", {.options = {{"from", from}, {"to", to}}});
}

/// As many tables as make the schema larger than a page of SQLite's, one of them with a text that
/// overflows its page.
void make_many_tables(TestProject& project) {
    std::string columns;
    for (int i = 0; i < 400; ++i) columns += fmt::format(", column_with_a_long_name_{} integer", i);
    project.execute({"create table wide (id integer primary key" + columns + ")"});
    for (int i = 0; i < 60; ++i)
        project.execute({fmt::format("create table t{} (id integer primary key, a text)", i),
                         fmt::format("create index i{0} on t{0} (a)", i)});
}

}  // namespace

TEST_CASE("a backup is compared as the schema that was there, without its rows") {
    on_each_engine([](TestProject& project) {
        make_many_tables(project);
        project.execute(
            {"create view first as select id from t1", "insert into t1 (id, a) values (1, 'x')"});
        const auto id = take_backup(project);

        const auto same = diff(project, "backup:" + id, "dev");
        project.execute({"create table later (id integer)", "drop index i7"});
        const auto moved = diff(project, "backup:latest", "dev");
        const auto back = diff(project, "dev", id);

        REQUIRE_MESSAGE(same.ok(), error_of(same));
        CHECK(same.result.bool_or("equal", false));
        REQUIRE_MESSAGE(moved.ok(), error_of(moved));
        CHECK(moved.result.at("differences").as_array().size() == 2);
        CHECK(moved.result.string_or("from", "") == "backup " + id);
        REQUIRE_MESSAGE(back.ok(), error_of(back));
        CHECK(find_item(back.result.at("differences"), "action", "drop"));
        CHECK(
            project.run("schema check", {.options = {{"against", "backup:" + id}}}).exit_status() ==
            3);
        CHECK_FALSE(std::filesystem::exists(project.root() / ".keel" / "schema.db"));
        CHECK(project.engine().admin().find_leftovers(project.url()).empty());
    });
}

TEST_CASE("the way back to a backup's schema is written as a migration") {
    on_each_engine([](TestProject& project) {
        project.execute({"create table items (id integer primary key, name text)"});
        const auto id = take_backup(project);
        project.execute({"drop table items"});

        const auto written = project.run(
            "migrate new", {.options = {{"name", "back"}, {"auto", ""}, {"to", "backup:" + id}}});

        REQUIRE_MESSAGE(written.ok(), error_of(written));
        REQUIRE(project.run("migrate up").ok());
        CHECK(diff(project, "backup:" + id, "dev").result.bool_or("equal", false));
    });
}

TEST_CASE("an empty database's backup has an empty schema") {
    on_each_engine([](TestProject& project) {
        project.execute({"create table gone (id integer)", "drop table gone"});
        const auto id = take_backup(project);

        const auto report = diff(project, "backup:" + id, "dev");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.result.bool_or("equal", false));
    });
}

TEST_CASE("a backup that is not there is named, with where to look") {
    on_each_engine([](TestProject& project) {
        project.execute({"create table items (id integer)"});
        take_backup(project);

        const auto report = diff(project, "backup:20200101t000000-nobody", "dev");

        REQUIRE(report.error);
        CHECK(report.error->kind() == ErrorKind::not_found);
        CHECK(report.error->hint().find("keel backup list") != std::string::npos);
    });
}

TEST_CASE("rights of roles that this server does not have are told, and no failure") {
    if (!TestProject::has_postgres()) return;
    TestProject project(EngineKind::postgres);
    const auto reader = "r_" + replace_all(new_uuid(), "-", "");
    const auto owner = "o_" + replace_all(new_uuid(), "-", "");
    project.execute({"create role " + reader, "create role " + owner,
                     "create table items (id integer)", "grant select on items to " + reader,
                     "alter table items owner to " + owner});
    const auto id = take_backup(project);
    project.execute({"alter table items owner to keel", "drop owned by " + reader,
                     "drop role " + reader, "drop role " + owner});

    const auto report = diff(project, "backup:" + id, "dev");

    REQUIRE_MESSAGE(report.ok(), error_of(report));
    REQUIRE_FALSE(report.warnings.empty());
    CHECK(report.warnings.front().find(reader) != std::string::npos);
}

TEST_CASE("a generated migration and a rebuilt table are not asked for at once") {
    TestProject project;
    project.execute({"create table items (id integer)"});

    const auto report = project.run(
        "migrate new", {.options = {{"name", "both"}, {"auto", ""}, {"rebuild", "items"}}});

    REQUIRE(report.error);
    CHECK(report.error->kind() == ErrorKind::usage);
    CHECK(report.exit_status() == 2);
    CHECK(report.error->message().find("--auto or --rebuild") != std::string::npos);
}
