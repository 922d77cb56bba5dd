#include <doctest/doctest.h>

#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::World;

/// Files of a layout, three of them, of which two are applied.
struct Form {
    std::string tool;
    std::vector<std::pair<std::string, std::string>> files;
    std::string second;  ///< what `--to` calls the second
};

const std::vector<Form>& forms() {
    static const std::vector<Form> all{
        {"dbmate",
         {{"1_a.sql", "-- migrate:up\nselect 1;\n-- migrate:down\nselect 1;\n"},
          {"2_b.sql", "-- migrate:up\nselect 2;\n-- migrate:down\nselect 2;\n"},
          {"3_c.sql", "-- migrate:up\nselect 3;\n"}},
         "2"},
        {"goose",
         {{"1_a.sql", "-- +goose Up\nselect 1;\n-- +goose Down\nselect 1;\n"},
          {"2_b.sql", "-- +goose Up\nselect 2;\n-- +goose Down\nselect 2;\n"},
          {"3_c.sql", "-- +goose Up\nselect 3;\n"}},
         "2"},
        {"golang-migrate",
         {{"1_a.up.sql", "select 1;"},
          {"1_a.down.sql", "select 1;"},
          {"2_b.up.sql", "select 2;"},
          {"2_b.down.sql", "select 2;"},
          {"3_c.up.sql", "select 3;"}},
         "2"},
        {"flyway",
         {{"V1__a.sql", "select 1;"},
          {"V1.1__b.sql", "select 2;\r\nselect 3;"},
          {"U1.1__b.sql", "select 2;"},
          {"V2__c.sql", "select 3;"}},
         "1.1"},
        {"diesel",
         {{"1_a/up.sql", "select 1;"},
          {"2_b/up.sql", "select 2;"},
          {"2_b/down.sql", "select 2;"},
          {"3_c/up.sql", "select 3;"}},
         "2"},
        {"prisma",
         {{"1_a/migration.sql", "select 1;"},
          {"2_b/migration.sql", "select 2;"},
          {"2_b/down.sql", "select 2;"},
          {"3_c/migration.sql", "select 3;"}},
         "2"},
        {"sqlx",
         {{"1_a.sql", "-- no-transaction\nselect 1;"},
          {"2_b.up.sql", "select 2;"},
          {"2_b.down.sql", "select 2;"},
          {"3_c.sql", "select 3;"}},
         "2"},
        {"pop",
         {{"1_a.autocommit.up.sql", "select 1;"},
          {"2_b.up.sql", "select 2;"},
          {"2_b.down.sql", "select 2;"},
          {"3_c.up.sql", "select 3;"}},
         "2"},
        {"drizzle",
         {{"meta/_journal.json",
           R"({"entries":[{"tag":"1_a","when":11},{"tag":"2_b","when":12},{"tag":"3_c","when":13}]})"},
          {"1_a.sql", "select 1;"},
          {"2_b.sql", "select 2;"},
          {"3_c.sql", "select 3;"}},
         "2"},
    };
    return all;
}

}  // namespace

TEST_CASE("an exported history is one that adopt reads as it was, in every form") {
    for (const Form& form : forms()) {
        CAPTURE(form.tool);
        test::for_each_engine([&](World& world) {
            for (const auto& [name, text] : form.files) world.file(name, text);
            REQUIRE(world.run("migrate up", {{"to", form.second}}).ok());

            const Report exported = world.run("migrate export-history");
            REQUIRE_MESSAGE(exported.ok(), exported.error->message());
            CHECK(exported.result.at("tool").as_string() == form.tool);
            CHECK(world.run("migrate export-history").result.at("added").as_array().empty());
            CHECK(world.run("migrate up", {{"to", form.second}}).warnings.empty());

            world.execute("delete from " + world.history_table());
            const Report adopted = world.run("migrate adopt", {{"from", form.tool}});
            REQUIRE_MESSAGE(adopted.ok(), adopted.error->message());
            CHECK(adopted.result.at("adopted").as_array().size() == 2);
            CHECK(world.run("migrate status").result.at("pending").as_array().size() == 1);
        });
    }
}

TEST_CASE("an exported history follows what was undone and what was applied since") {
    for (const Form& form : forms()) {
        if (form.tool == "drizzle") continue;  // it has no down
        CAPTURE(form.tool);
        test::for_each_engine([&](World& world) {
            for (const auto& [name, text] : form.files) world.file(name, text);
            REQUIRE(world.run("migrate up", {{"to", form.second}}).ok());
            REQUIRE(world.run("migrate export-history").ok());
            const Report down = world.run("migrate down");
            REQUIRE_MESSAGE(down.ok(), down.error->message());
            const Report exported = world.run("migrate export-history");
            REQUIRE_MESSAGE(exported.ok(), exported.error->message());
            CHECK(exported.result.at("removed").as_array().size() == 1);

            world.execute("delete from " + world.history_table());
            const Report adopted = world.run("migrate adopt", {{"from", form.tool}});
            REQUIRE_MESSAGE(adopted.ok(), adopted.error->message());
            CHECK(adopted.result.at("adopted").as_array().size() == 1);
        });
    }
}

TEST_CASE("a history that cannot be written is refused with what can be done") {
    test::for_each_engine([](World& world) {
        world.file("1_a.sql", "select 1;");
        CHECK(world.run("migrate export-history").exit_status() == 2);
        const Report sqitch = world.run("migrate export-history", {{"tool", "sqitch"}});
        REQUIRE(sqitch.error);
        CHECK(holds(sqitch.error->hint(), "--log-only"));
        CHECK(world.run("migrate export-history", {{"tool", "nonesuch"}}).exit_status() == 2);
    });
}

TEST_CASE("golang-migrate cannot be told of a history with a gap") {
    test::for_each_engine([](World& world) {
        world.file("2_b.up.sql", "select 2;");
        REQUIRE(world.run("migrate up").ok());
        world.file("1_a.up.sql", "select 1;");
        const Report report = world.run("migrate export-history");
        REQUIRE(report.error);
        CHECK(holds(report.error->message(), "2 is applied and 1 is not"));
    });
}

}  // namespace keel
