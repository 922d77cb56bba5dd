#include <algorithm>
#include <fstream>

#include "base/file.hpp"
#include "db/inspector.hpp"
#include "each_engine.hpp"
#include "ops/kit/marker.hpp"

using namespace keel;

namespace {

void add_migrations(TestProject& project) {
    project.add_migration("0001_users",
                          "create table users (id integer primary key, name text not null);",
                          "drop table users;");
    project.add_migration("0002_notes",
                          "create table notes (id integer primary key, user_id integer references "
                          "users (id));",
                          "drop table notes;");
}

std::int64_t count(TestProject& project, const std::string& table) {
    return project.connect()->query_integer("select count(*) from " + table);
}

bool has_table(TestProject& project, const std::string& name) {
    const auto connection = project.connect();
    return project.engine().inspector().inspect(*connection, {}).find_table("", name) != nullptr;
}

std::string instance_of(TestProject& project) {
    const auto marker = read_marker(*project.connect(), project.engine());
    return marker ? marker->instance_id : "";
}

}  // namespace

TEST_CASE("db init creates, marks and migrates, and the second time has nothing to do") {
    on_each_engine([](TestProject& project) {
        add_migrations(project);

        const auto first = project.run("db init");
        REQUIRE_MESSAGE(first.ok(), error_of(first));
        CHECK(first.result.bool_or("created", false));
        CHECK(first.result.at("applied").as_array().size() == 2);
        CHECK(has_table(project, "notes"));
        CHECK(!instance_of(project).empty());

        const auto instance = instance_of(project);
        const auto second = project.run("db init");
        REQUIRE_MESSAGE(second.ok(), error_of(second));
        CHECK_FALSE(second.result.bool_or("created", true));
        CHECK(second.result.at("applied").as_array().empty());
        CHECK(instance_of(project) == instance);
    });
}

TEST_CASE("db init as a dry run says what it would do and creates nothing") {
    on_each_engine([](TestProject& project) {
        add_migrations(project);

        const auto report = project.run("db init", {.dry_run = true});

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.result.at("plan").as_array().size() == 4);
        CHECK_FALSE(project.engine().admin().exists(project.url()));
    });
}

TEST_CASE("db init of a protected environment needs its name, and then does all of it") {
    on_each_engine([](TestProject& project) {
        add_migrations(project);
        project.write("keel.toml", "[environments.dev]\nprotected = true\nurl = \"" +
                                       project.url_text() + "\"\n");

        const auto refused = project.run("db init");
        CHECK(refused.exit_status() == 4);
        CHECK_FALSE(project.engine().admin().exists(project.url()));

        const auto done = project.run("db init", {.confirm = "dev"});
        REQUIRE_MESSAGE(done.ok(), error_of(done));
        CHECK(has_table(project, "notes"));
    });
}

TEST_CASE("db check of a sound database is ok, thorough too") {
    on_each_engine([](TestProject& project) {
        add_migrations(project);
        REQUIRE(project.run("db init").ok());

        for (const auto& call : {TestCall{}, TestCall{.options = {{"thorough", ""}}}}) {
            const auto report = project.run("db check", call);
            REQUIRE_MESSAGE(report.ok(), error_of(report));
            CHECK(report.exit_status() == 0);
            CHECK(report.result.bool_or("ok", false));
            CHECK(report.result.at("findings").as_array().empty());
        }
    });
}

TEST_CASE("db check of a damaged SQLite file is a finding") {
    TestProject project;
    project.execute(
        {"create table t (id integer primary key, x text)", "create index t_x on t (x)",
         "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)"
         " insert into t (x) select 'row number ' || i from n"});
    const auto file = project.url().path();
    const auto size = std::filesystem::file_size(file);
    {
        std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
        stream.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
        stream << std::string(4096, '\x5a');
    }

    const auto report = project.run("db check");

    REQUIRE_MESSAGE(report.ok(), error_of(report));
    CHECK(report.exit_status() == 3);
    CHECK_FALSE(report.result.bool_or("ok", true));
    CHECK(!report.result.at("findings").as_array().empty());
}

TEST_CASE("db check of a file that is not a database is an error that says so") {
    TestProject project;
    std::ofstream(project.url().path()) << std::string(10000, 'x');

    const auto report = project.run("db check");

    REQUIRE(report.error);
    CHECK(report.error->kind() == ErrorKind::invalid_input);
    CHECK(report.exit_status() == 1);
}

TEST_CASE("db reset empties and migrates anew, keeps the marker, and leaves a backup") {
    on_each_engine([](TestProject& project) {
        add_migrations(project);
        REQUIRE(project.run("db init").ok());
        project.execute({"insert into users (id, name) values (1, 'a')",
                         "insert into notes (id, user_id) values (1, 1)",
                         "create table stray (id integer)",
                         "create view v as select id from users"});
        const auto instance = instance_of(project);

        const auto report = project.run("db reset", {.yes = true});

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.result.at("backup").is_string());
        CHECK(report.result.at("applied").as_array().size() == 2);
        CHECK(count(project, "users") == 0);
        CHECK(count(project, "notes") == 0);
        CHECK_FALSE(has_table(project, "stray"));
        CHECK(instance_of(project) == instance);
        const auto status = project.run("status");
        CHECK(status.result.string_or("version", "") == "0002");
        CHECK(status.result.integer_or("applied", -1) == 2);
        CHECK_FALSE(status.result.bool_or("drift", true));
        const auto audit = project.run("audit verify");
        CHECK(audit.result.string_or("anchor", "") == "match");
    });
}

TEST_CASE("db reset --empty leaves nothing applied, and migrate up starts anew") {
    on_each_engine([](TestProject& project) {
        add_migrations(project);
        REQUIRE(project.run("db init").ok());

        const auto report = project.run("db reset", {.options = {{"empty", ""}}, .yes = true});

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK_FALSE(has_table(project, "users"));
        const auto status = project.run("status");
        CHECK(status.result.integer_or("applied", -1) == 0);
        CHECK(status.result.at("pending").as_array().size() == 2);
        CHECK_FALSE(status.result.bool_or("drift", true));
        const auto again = project.run("db reset", {.options = {{"empty", ""}}});
        CHECK_MESSAGE(again.ok(), error_of(again));
        CHECK(again.result.at("backup").is_null());
        REQUIRE(project.run("migrate up").ok());
        CHECK(has_table(project, "notes"));
    });
}

TEST_CASE("db reset asks first, and changes nothing without an answer") {
    on_each_engine([](TestProject& project) {
        add_migrations(project);
        REQUIRE(project.run("db init").ok());
        project.execute({"insert into users (id, name) values (1, 'a')"});

        const auto report = project.run("db reset");

        CHECK(report.exit_status() == 4);
        CHECK(count(project, "users") == 1);
    });
}

TEST_CASE("db reset of a protected environment is refused, whatever flags say yes") {
    on_each_engine([](TestProject& project) {
        add_migrations(project);
        REQUIRE(project.run("db init").ok());
        project.write("keel.toml", "[environments.dev]\nprotected = true\nurl = \"" +
                                       project.url_text() + "\"\n");

        const auto report = project.run("db reset", {.yes = true, .confirm = "dev"});

        CHECK(report.exit_status() == 4);
        CHECK(has_table(project, "users"));
    });
}

TEST_CASE("db reset whose migrations fail leaves an empty database and points to undo") {
    on_each_engine([](TestProject& project) {
        add_migrations(project);
        REQUIRE(project.run("db init").ok());
        project.execute({"insert into users (id, name) values (1, 'a')"});
        project.add_migration("0001_users", "create tabel users (id integer);", "select 1;");

        const auto report = project.run("db reset", {.yes = true});

        REQUIRE(report.error);
        CHECK(report.result.at("backup").is_string());
        CHECK(std::ranges::find(report.next_steps, "keel undo") != report.next_steps.end());
        CHECK_FALSE(has_table(project, "users"));
        const auto undone = project.run("undo", {.yes = true});
        REQUIRE_MESSAGE(undone.ok(), error_of(undone));
        CHECK(count(project, "users") == 1);
    });
}

TEST_CASE("db reset of a database that does not exist says so") {
    on_each_engine([](TestProject& project) {
        const auto report = project.run("db reset", {.yes = true});

        REQUIRE(report.error);
        CHECK(report.error->kind() == ErrorKind::not_found);
    });
}
