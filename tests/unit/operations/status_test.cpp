#include <algorithm>

#include "each_engine.hpp"

using namespace keel;

namespace {

void add_two_migrations(TestProject& project) {
    project.add_migration("0001_users", "create table users (id integer primary key);",
                          "drop table users;");
    project.add_migration("0002_notes", "create table notes (id integer primary key);",
                          "drop table notes;");
}

std::vector<std::string> keys_of(const Json& object) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.as_object()) keys.push_back(key);
    return keys;
}

const std::vector<std::string> contract = {
    "environment", "kind",    "protected", "engine", "server_version", "database", "size_bytes",
    "version",     "applied", "pending",   "drift",  "last_backup",    "health"};

}  // namespace

TEST_CASE("status before the database exists has everything pending and creates nothing") {
    on_each_engine([](TestProject& project) {
        add_two_migrations(project);

        const auto report = project.run("status");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.exit_status() == 0);
        CHECK(keys_of(report.result) == contract);
        CHECK(report.result.at("pending") == Json::from(std::vector<std::string>{"0001", "0002"}));
        CHECK(report.result.at("version").is_null());
        CHECK(report.result.at("size_bytes").is_null());
        CHECK(report.result.at("last_backup").is_null());
        CHECK(report.result.string_or("health", "") == "warn");
        CHECK(report.next_steps == std::vector<std::string>{"keel db init"});
        CHECK_FALSE(project.engine().admin().exists(project.url()));
    });
}

TEST_CASE("status follows the migrations to ok") {
    on_each_engine([](TestProject& project) {
        add_two_migrations(project);
        REQUIRE(project.run("db init").ok());
        project.add_migration("0003_tags", "create table tags (id integer);", "drop table tags;");

        const auto pending = project.run("status");
        CHECK(pending.result.string_or("version", "") == "0002");
        CHECK(pending.result.integer_or("applied", -1) == 2);
        CHECK(pending.result.at("pending") == Json::from(std::vector<std::string>{"0003"}));
        CHECK(pending.result.string_or("health", "") == "warn");
        CHECK(pending.next_steps == std::vector<std::string>{"keel migrate up"});

        REQUIRE(project.run("migrate up").ok());
        const auto done = project.run("status");
        CHECK(keys_of(done.result) == contract);
        CHECK(done.result.string_or("version", "") == "0003");
        CHECK(done.result.at("pending").as_array().empty());
        CHECK_FALSE(done.result.bool_or("drift", true));
        CHECK(done.result.integer_or("size_bytes", 0) > 0);
        CHECK(done.result.string_or("health", "") == "ok");
        CHECK(done.next_steps.empty());
    });
}

TEST_CASE("status sees a schema that was changed behind the migrations' back") {
    on_each_engine([](TestProject& project) {
        add_two_migrations(project);
        REQUIRE(project.run("db init").ok());
        project.execute({"create table stray (id integer)"});

        const auto report = project.run("status");

        CHECK(report.result.bool_or("drift", false));
        CHECK(report.result.string_or("health", "") == "warn");
    });
}

TEST_CASE("status sees a migration that was edited after it was applied") {
    on_each_engine([](TestProject& project) {
        add_two_migrations(project);
        REQUIRE(project.run("db init").ok());
        project.add_migration("0001_users", "create table users (id integer primary key, x text);",
                              "drop table users;");

        const auto report = project.run("status");

        CHECK(report.result.string_or("health", "") == "warn");
        const bool said = std::ranges::any_of(report.body, [](const Block& block) {
            const auto* line = std::get_if<MarkedLine>(&block);
            return line && line->text == "edited after it was applied: 0001";
        });
        CHECK(said);
    });
}

TEST_CASE("status of a server that cannot be reached keeps what is known, with exit 5") {
    TestProject project;
    project.write("keel.toml",
                  "[environments.dev]\nurl = \"postgresql://keel:hidden-pw@/x?host=/nowhere\"\n");

    const auto report = project.run("status");

    REQUIRE(report.error);
    CHECK(report.error->kind() == ErrorKind::unreachable);
    CHECK(report.exit_status() == 5);
    CHECK(keys_of(report.result) == contract);
    CHECK(report.result.string_or("environment", "") == "dev");
    CHECK(report.result.string_or("health", "") == "fail");
    CHECK(report.result.dump().find("hidden-pw") == std::string::npos);
}

TEST_CASE("status of a database that says it is another environment's fails") {
    on_each_engine([](TestProject& project) {
        REQUIRE(project.run("db init").ok());
        project.write("keel.toml",
                      "[project]\ndefault = \"other\"\n[environments.other]\nurl = \"" +
                          project.url_text() + "\"\n");

        const auto report = project.run("status");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.result.string_or("health", "") == "fail");
        CHECK(report.next_steps == std::vector<std::string>{"keel env adopt"});
    });
}

TEST_CASE("version reads no project") {
    TestProject project;
    project.write("keel.toml", "this is not toml");

    const auto report = project.run("version");

    REQUIRE(report.ok());
    CHECK(!report.result.string_or("version", "").empty());
}
