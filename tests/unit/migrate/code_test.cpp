#include <doctest/doctest.h>

#include <stdexcept>

#include "ops/kit/extensions.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::went_well;
using test::World;

MigrationCode table_in_code(const std::string& version) {
    return {.version = version,
            .name = "in_code",
            .revision = "1",
            .up =
                [](const MigrationCall& call) {
                    call.connection.execute("create table coded (id int)");
                    call.connection.execute("insert into coded values (1)");
                },
            .down = [](const MigrationCall& call) { call.connection.execute("drop table coded"); },
            .verify = {}};
}

MigrationHook log_hook(HookPoint point, const std::string& word) {
    return {.point = point, .name = word, .run = [word](const MigrationCall& call) {
                call.connection.execute("insert into log (word) values ('" + word + " " +
                                        std::string(call.version) + "')");
            }};
}

}  // namespace

TEST_CASE("migrations in code stand among the files by their versions, up, down and again") {
    test::for_each_engine([](World& world) {
        world.extensions.migrations.push_back(table_in_code("2"));
        world.file("1_a.sql",
                   "-- migrate:up\ncreate table a (id int);\n-- migrate:down\ndrop table a;\n");
        world.file("3_c.sql",
                   "-- migrate:up\ninsert into coded values (2);\n-- migrate:down\n"
                   "delete from coded where id = 2;\n");

        const Report up = world.run("migrate up");
        REQUIRE(went_well(up));
        CHECK(listed(up.result.at("applied"), "version") == "1 2 3");
        CHECK(world.ask("select count(*) from coded") == "2");
        REQUIRE(went_well(world.run("migrate down", {{"count", "2"}})));
        CHECK_FALSE(world.has_table("coded"));
        REQUIRE(went_well(world.run("migrate rehearse")));
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.history() ==
              "1 applied, 2 applied, 3 applied, 3 reverted, 2 reverted, 2 applied, 3 applied");
    });
}

TEST_CASE("a project may have all of its migrations in code") {
    test::for_each_engine([](World& world) {
        std::filesystem::remove(world.folder());
        world.extensions.migrations.push_back(table_in_code("1"));

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.history() == "1 applied");
    });
}

TEST_CASE("code that throws, or whose check does, leaves nothing") {
    test::for_each_engine([](World& world) {
        world.extensions.migrations.push_back(table_in_code("1"));
        world.extensions.migrations.front().verify = [](const MigrationCall&) {
            throw std::runtime_error("the rows are wrong");
        };

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.exit_status() == 1);
        CHECK(holds(report.error->message(), "the rows are wrong"));
        CHECK_FALSE(world.has_table("coded"));
        CHECK(world.history().empty());
    });
}

TEST_CASE("code that was changed after it was applied is told like an edited file") {
    test::for_each_engine([](World& world) {
        world.extensions.migrations.push_back(table_in_code("1"));
        REQUIRE(went_well(world.run("migrate up")));
        world.extensions.migrations.front().revision = "2";

        CHECK(world.run("migrate status").result.at("changed").as_array().size() == 1);
        CHECK(world.run("migrate up").error->kind() == ErrorKind::integrity);
    });
}

TEST_CASE("code that cannot be undone, or has a file's version, says so") {
    test::for_each_engine([](World& world) {
        world.extensions.migrations.push_back(table_in_code("1"));
        world.extensions.migrations.front().down = {};
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(holds(world.run("migrate down").error->message(), "cannot be undone"));
        world.file("01_a.sql", "-- migrate:up\nselect 1;\n");
        CHECK(holds(world.run("migrate up").error->message(), "has the version of"));
    });
}

TEST_CASE("hooks in code run around each in its transaction, and around all, up and down") {
    test::for_each_engine([](World& world) {
        world.execute("create table log (id integer, word text)");
        world.extensions.hooks = {log_hook(HookPoint::before_all, "first"),
                                  log_hook(HookPoint::before_each, "before"),
                                  log_hook(HookPoint::after_each, "after"),
                                  log_hook(HookPoint::after_all, "last"),
                                  log_hook(HookPoint::before_each_down, "undo"),
                                  log_hook(HookPoint::after_down, "undone")};
        world.extensions.migrations.push_back(table_in_code("2"));
        world.file("1_a.sql",
                   "-- migrate:up transaction:false\ninsert into log (word) values ('1');\n"
                   "-- migrate:down\ninsert into log (word) values ('-1');\n");

        REQUIRE(went_well(world.run("migrate up")));
        const auto words = [&world] {
            std::string text;
            for (const auto& row : world.connect()->query_rows("select word from log"))
                text += (text.empty() ? "" : ", ") + row[0];
            return text;
        };
        CHECK(words() == "first , before 1, 1, after 1, before 2, after 2, last ");
        world.execute("delete from log");
        REQUIRE(went_well(world.run("migrate down", {{"count", "2"}})));
        CHECK(words() == "undo 2, undo 1, -1, undone ");

        world.extensions.hooks = {
            {.point = HookPoint::after_each, .name = "strict", .run = [](const MigrationCall&) {
                 throw std::runtime_error("not today");
             }}};
        world.file("1_a.sql", "-- migrate:up\ncreate table never (id int);\n");
        const Report failed = world.run("migrate up", {{"to", "1"}});
        REQUIRE_FALSE(failed.ok());
        CHECK(holds(failed.error->trail().front(), "run the hook 'strict'"));
        CHECK_FALSE(world.has_table("never"));
    });
}

}  // namespace keel
