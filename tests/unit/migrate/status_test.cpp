#include <doctest/doctest.h>

#include "ops/migrate/migrator.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::went_well;
using test::World;

MigrationSummary summary_of(World& world) {
    MigrationSummary summary;
    world.within("migrate up",
                 [&](OperationContext& context) { summary = make_migrator()->summary(context); });
    return summary;
}

std::vector<std::string> texts(const Json& array) {
    std::vector<std::string> result;
    for (const Json& item : array.as_array()) result.push_back(item.as_string());
    return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("status tells applied, pending, missing and changed apart") {
    test::for_each_engine([](World& world) {
        for (const std::string name : {"1", "2", "3"})
            world.file(name + "_t.sql", "-- migrate:up\ncreate table t" + name + " (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.remove_file("1_t.sql");
        world.file("2_t.sql", "-- migrate:up\ncreate table t2 (id bigint);\n");
        world.file("4_t.sql", "-- migrate:up\ncreate table t4 (id int);\n");

        const Report report = world.run("migrate status");

        REQUIRE(went_well(report));
        CHECK(report.exit_status() == 0);
        CHECK(report.result.at("current").as_string() == "3");
        CHECK(listed(report.result.at("applied"), "version") == "1 2 3");
        CHECK_FALSE(report.result.at("applied").as_array()[1].at("checksum_ok").as_bool());
        CHECK(report.result.at("applied").as_array()[2].at("checksum_ok").as_bool());
        CHECK(listed(report.result.at("pending"), "name") == "t");
        CHECK(texts(report.result.at("missing")) == Texts{"1"});
        CHECK(texts(report.result.at("changed")) == Texts{"2"});
    });
}

TEST_CASE("status exits with 3 only when it is asked to and there is something to see to") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        CHECK(world.run("migrate status").exit_status() == 0);
        CHECK(world.run("migrate status", {{"exit-code", ""}}).exit_status() == 3);
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.run("migrate status", {{"exit-code", ""}}).exit_status() == 0);
    });
}

TEST_CASE("the history keeps every up and down") {
    test::for_each_engine([](World& world) {
        CHECK(world.run("migrate history").result.at("history").as_array().empty());
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table t (id int);\n-- migrate:down\ndrop table t;\n");
        REQUIRE(went_well(world.run("migrate up")));
        REQUIRE(went_well(world.run("migrate redo")));

        const Json history = world.run("migrate history").result.at("history");

        CHECK(listed(history, "state") == "applied reverted applied");
        CHECK(history.as_array()[1].at("backup").as_string() == "backup-1");
    });
}

TEST_CASE("a folder that is not there is an error of the commands, not of the summary") {
    test::for_each_engine([](World& world) {
        std::filesystem::remove_all(world.folder());

        CHECK(world.run("migrate status").error->kind() == ErrorKind::not_found);
        CHECK(world.run("migrate up").error->kind() == ErrorKind::not_found);
        CHECK(summary_of(world).pending.empty());
    });
}

TEST_CASE("a new migration is written where the next run finds it, unless the run is dry") {
    World world(EngineKind::sqlite);

    CHECK(world.dry_run("migrate new", {{"name", "Add users"}}).ok());
    CHECK(std::filesystem::is_empty(world.folder()));
    const Report first = world.run("migrate new", {{"name", "Add users"}});
    const Report second = world.run("migrate new", {{"name", "Add users"}});

    REQUIRE(went_well(first));
    REQUIRE(went_well(second));
    CHECK(first.result.at("name").as_string() == "add_users");
    CHECK(first.result.at("version").as_string() != second.result.at("version").as_string());
    CHECK(world.run("migrate up").result.at("applied").as_array().size() == 2);
}

TEST_CASE("drift is what others did to the schema since the last migration") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table t (id int);\n-- migrate:down\ndrop table t;\n");
        world.file("2_u.sql",
                   "-- migrate:up\ncreate table u (id int);\n-- migrate:down\ndrop table u;\n");
        CHECK_FALSE(summary_of(world).drift);
        REQUIRE(went_well(world.run("migrate up")));
        CHECK_FALSE(summary_of(world).drift);
        REQUIRE(went_well(world.run("migrate down")));
        CHECK_FALSE(summary_of(world).drift);

        world.execute("create table x (id int)");

        CHECK(summary_of(world).drift);
        const Report report = world.run("migrate up");
        REQUIRE(went_well(report));
        CHECK(report.warnings.size() == 1);
    });
}

TEST_CASE("a run that fails leaves nothing that looks like drift") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.file("2_u.sql", "-- migrate:up\ncreate table u (id int);\n");
        world.file("3_v.sql", "-- migrate:up\nnonsense;\n");

        REQUIRE_FALSE(world.run("migrate up").ok());
        CHECK_FALSE(summary_of(world).drift);
        world.file("4_w.sql", "-- migrate:up\ncreate table w (id int);\n");
        REQUIRE_FALSE(world.run("migrate up").ok());
        world.execute("create table x (id int)");
        CHECK(summary_of(world).drift);
    });
}

TEST_CASE("forgetting the history makes everything pending") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table if not exists t (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));

        world.within("migrate up", [](OperationContext& context) {
            const auto migrator = make_migrator();
            migrator->forget_history(context);
            CHECK(migrator->summary(context).pending == Texts{"1"});
            Report report;
            migrator->apply_pending(context, report);
            CHECK(listed(report.result.at("applied"), "version") == "1");
        });

        CHECK(world.history() == "1 applied");
    });
}

}  // namespace keel
