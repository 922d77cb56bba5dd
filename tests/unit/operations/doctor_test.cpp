#include <algorithm>
#include <fstream>

#include "base/file.hpp"
#include "each_engine.hpp"

using namespace keel;

namespace {

std::string status_of(const Report& report, std::string_view check) {
    const auto* found = find_item(report.result.at("checks"), "name", check);
    return found ? found->string_or("status", "") : "absent";
}

void flip_byte(const std::filesystem::path& file, std::size_t place) {
    auto text = read_file(file);
    REQUIRE(place < text.size());
    text[place] = static_cast<char>(text[place] ^ 1);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace

TEST_CASE("doctor finds nothing failing in a project that was just set up") {
    on_each_engine([](TestProject& project) {
        project.add_migration("0001_users", "create table users (id integer primary key);",
                              "drop table users;");
        REQUIRE(project.run("db init").ok());

        const auto report = project.run("doctor");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.exit_status() == 0);
        CHECK(report.environment == "dev");
        CHECK(status_of(report, "configuration") == "ok");
        CHECK(status_of(report, "database.reachable") == "ok");
        CHECK(status_of(report, "database.marker") == "ok");
        CHECK(status_of(report, "migrations.pending") == "ok");
        CHECK(status_of(report, "migrations.unfinished") == "ok");
        CHECK(status_of(report, "schema.drift") == "ok");
        CHECK(status_of(report, "audit.chain") == "ok");
        CHECK(status_of(report, "recovery.leftovers") == "ok");
        CHECK(report.result.string_or("status", "") != "fail");
    });
}

TEST_CASE("every check has the members of the contract") {
    TestProject project;

    const auto report = project.run("doctor");

    const auto& checks = report.result.at("checks").as_array();
    REQUIRE(!checks.empty());
    for (const auto& check : checks) {
        CAPTURE(check.dump());
        for (const auto* key : {"name", "status", "value", "warn", "fail", "message", "fix"}) {
            CHECK(check.find(key));
        }
    }
}

TEST_CASE("a broken configuration is a finding of doctor, with its place") {
    TestProject project;
    project.write("keel.toml", "[project]\nname = \"x\"\n\n[environmnts.dev]\nurl = \"x.db\"\n");

    const auto report = project.run("doctor");

    REQUIRE_MESSAGE(report.ok(), error_of(report));
    CHECK(report.exit_status() == 3);
    CHECK(report.result.string_or("status", "") == "fail");
    const bool placed =
        std::ranges::any_of(report.result.at("checks").as_array(), [](const Json& check) {
            const auto message = check.string_or("message", "");
            return check.string_or("status", "") == "fail" &&
                   message.find("keel.toml:4:") != std::string::npos;
        });
    CHECK_MESSAGE(placed, report.result.dump(1));
}

TEST_CASE("a server that cannot be reached fails one check, and what hangs on it is skipped") {
    TestProject project;
    project.write("keel.toml",
                  "[environments.dev]\nurl = \"postgresql://keel:hidden-pw@/x?host=/nowhere\"\n");

    const auto report = project.run("doctor");

    REQUIRE_MESSAGE(report.ok(), error_of(report));
    CHECK(report.exit_status() == 3);
    CHECK(status_of(report, "database.reachable") == "fail");
    CHECK(status_of(report, "database.marker") == "skipped");
    CHECK(status_of(report, "migrations") == "skipped");
    CHECK(status_of(report, "configuration") == "ok");
    CHECK(report.result.dump().find("hidden-pw") == std::string::npos);
}

TEST_CASE("a database that does not exist yet is a warning") {
    on_each_engine([](TestProject& project) {
        const auto report = project.run("doctor");

        CHECK(report.exit_status() == 0);
        CHECK(status_of(report, "database.reachable") == "warn");
        CHECK_FALSE(project.engine().admin().exists(project.url()));
    });
}

TEST_CASE("an .env that others can read is a warning with its remedy") {
    TestProject project;
    project.write(".env", "X=1\n");
    using std::filesystem::perms;
    std::filesystem::permissions(project.root() / ".env",
                                 perms::owner_read | perms::owner_write | perms::others_read);

    const auto report = project.run("doctor");

    const auto* check = find_item(report.result.at("checks"), "name", "files.dotenv");
    REQUIRE(check);
    CHECK(check->string_or("status", "") == "warn");
    CHECK(check->string_or("value", "") == "0604");
    CHECK(check->string_or("fix", "").starts_with("chmod 600"));
}

TEST_CASE("a keel.toml that everybody can write fails") {
    TestProject project;
    using std::filesystem::perms;
    std::filesystem::permissions(project.root() / "keel.toml", perms::others_write,
                                 std::filesystem::perm_options::add);

    const auto report = project.run("doctor");

    CHECK(status_of(report, "files.project") == "fail");
    CHECK(report.exit_status() == 3);
}

TEST_CASE("an edited migration fails, pending and missing ones warn") {
    on_each_engine([](TestProject& project) {
        project.add_migration("0001_users", "create table users (id integer primary key);",
                              "drop table users;");
        project.add_migration("0002_gone", "create table gone (id integer);", "drop table gone;");
        REQUIRE(project.run("db init").ok());
        project.add_migration("0001_users", "create table users (id integer);",
                              "drop table users;");
        std::filesystem::remove(project.root() / "migrations" / "0002_gone.sql");
        project.add_migration("0003_new", "create table new_one (id integer);",
                              "drop table new_one;");

        const auto report = project.run("doctor");

        CHECK(status_of(report, "migrations.changed") == "fail");
        CHECK(status_of(report, "migrations.missing") == "warn");
        CHECK(status_of(report, "migrations.pending") == "warn");
        CHECK(report.exit_status() == 3);
    });
}

TEST_CASE("a damaged audit log fails") {
    TestProject project;
    REQUIRE(project.run("db init").ok());
    flip_byte(project.root() / ".keel" / "audit" / "audit.ndjson", 40);

    const auto report = project.run("doctor");

    CHECK(status_of(report, "audit.chain") == "fail");
    CHECK(report.exit_status() == 3);
}

TEST_CASE("a protected environment without a backup fails, an unprotected one does not") {
    TestProject project;
    const auto check_with = [&](const std::string& is_protected) {
        project.write("keel.toml", "[environments.dev]\nprotected = " + is_protected +
                                       "\nurl = \"" + project.url_text() + "\"\n");
        return status_of(project.run("doctor"), "backup.age");
    };
    REQUIRE(project.run("db init").ok());

    CHECK(check_with("false") == "skipped");
    CHECK(check_with("true") == "fail");
}

TEST_CASE(
    "a backup of a protected environment grows old: warning after a day, failure after a week") {
    TestProject project;
    REQUIRE(project.run("db init").ok());
    REQUIRE(project.run("backup create").ok());
    project.write("keel.toml",
                  "[environments.dev]\nprotected = true\nurl = \"" + project.url_text() + "\"\n");
    const auto status_after = [&](int hours) {
        project.clock.shift = std::chrono::hours(hours);
        return status_of(project.run("doctor"), "backup.age");
    };

    CHECK(status_after(23) == "ok");
    CHECK(status_after(25) == "warn");
    CHECK(status_after(8 * 24) == "fail");
}

TEST_CASE("a database that says it is another environment's fails") {
    on_each_engine([](TestProject& project) {
        REQUIRE(project.run("db init").ok());
        project.write("keel.toml",
                      "[project]\ndefault = \"other\"\n[environments.other]\nurl = \"" +
                          project.url_text() + "\"\n");

        const auto report = project.run("doctor");

        CHECK(status_of(report, "database.marker") == "fail");
        CHECK(report.exit_status() == 3);
    });
}

TEST_CASE("a copy of another environment's database is a warning") {
    TestProject project;
    REQUIRE(project.run("db init").ok());
    std::filesystem::copy_file(project.url().path(), project.root() / "copy.db");
    project.write("keel.toml", "[environments.other]\nurl = \"sqlite:copy.db\"\n");

    const auto report = project.run("doctor", {.environment = "other"});

    CHECK(status_of(report, "database.marker") == "warn");
    CHECK(report.next_steps.front() == "keel env adopt");
}
