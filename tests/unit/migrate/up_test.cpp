#include <doctest/doctest.h>

#include <thread>

#include "db/dialect.hpp"
#include "world.hpp"

namespace keel {

using test::holds;
using test::listed;
using test::went_well;
using test::World;

TEST_CASE("up applies what is pending in order, and the history tells of it") {
    test::for_each_engine([](World& world) {
        world.file("1_users.sql",
                   "-- migrate:up\ncreate table users (id int);\ninsert into users values (7);\n");
        world.file("10_more.sql", "-- migrate:up\ninsert into users values (8);\n");
        world.file("9_index.sql", "-- migrate:up\ncreate index users_id on users (id);\n");

        const Report report = world.run("migrate up");

        REQUIRE(went_well(report));
        CHECK(listed(report.result.at("applied"), "version") == "1 9 10");
        CHECK(report.result.at("applied").as_array()[0].at("statements").as_integer() == 2);
        CHECK(report.result.at("current").as_string() == "10");
        CHECK(report.result.at("backup").is_null());
        CHECK(world.history() == "1 applied, 9 applied, 10 applied");
        CHECK(world.ask("select count(*) from users") == "2");
        CHECK(world.ask("select applied_by from " + world.history_table()) == "tester@here");
    });
}

TEST_CASE("with nothing pending, up says so in full and changes nothing") {
    test::for_each_engine([](World& world) {
        world.file("1_users.sql", "-- migrate:up\ncreate table users (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));

        const Report report = world.run("migrate up");

        REQUIRE(went_well(report));
        CHECK(report.result.at("applied").as_array().empty());
        CHECK(report.result.at("backup").is_null());
        CHECK(report.result.at("current").as_string() == "1");
        CHECK(world.history() == "1 applied");
    });
}

TEST_CASE("a failing migration leaves nothing of itself, and those before it stay") {
    test::for_each_engine([](World& world) {
        world.file("1_users.sql", "-- migrate:up\ncreate table users (id int);\n");
        world.file("2_bad.sql",
                   "-- why\n-- migrate:up\ncreate table orders (id int);\n\n"
                   "insert into orders\n  select id from usrs;\n");
        world.file("3_never.sql", "-- migrate:up\ncreate table never (id int);\n");

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.exit_status() == 1);
        CHECK(report.error->kind() == ErrorKind::sql);
        CHECK(holds(report.error->message(), "usrs"));
        CHECK(report.error->where().file == "migrations/2_bad.sql");
        CHECK(report.error->where().statement == 2);
        if (world.kind() == EngineKind::postgres) {
            CHECK(report.error->where().line == 6);
            CHECK(report.error->where().column == 18);
        } else {
            CHECK(report.error->where().line >= 5);
        }
        CHECK(listed(report.result.at("applied"), "version") == "1");
        CHECK(world.history() == "1 applied");
        CHECK_FALSE(world.has_table("orders"));
        CHECK_FALSE(world.has_table("never"));
    });
}

TEST_CASE("a mended migration is applied by the next run") {
    test::for_each_engine([](World& world) {
        world.file("1_users.sql", "-- migrate:up\ncreate table users (id int);\nnonsense;\n");
        REQUIRE_FALSE(world.run("migrate up").ok());

        world.file("1_users.sql", "-- migrate:up\ncreate table users (id int);\n");

        CHECK(went_well(world.run("migrate up")));
        CHECK(world.history() == "1 applied");
    });
}

TEST_CASE("a verify query that is not true undoes the migration") {
    test::for_each_engine([](World& world) {
        const std::string up =
            "-- migrate:up\ncreate table users (id int);\ninsert into users values (1);\n";
        for (const std::string query : {"select count(*) = 0 from users", "select 0", "select null",
                                        "select 1 from users where id = 2", "select nothing"}) {
            world.file("1_users.sql", up + "-- migrate:verify\nselect 1;\n\n" + query + ";\n");

            const Report report = world.run("migrate up");

            CAPTURE(query);
            REQUIRE_FALSE(report.ok());
            CHECK(report.exit_status() == 1);
            CHECK(report.error->where().file == "migrations/1_users.sql");
            CHECK(report.error->where().line == 7);
            CHECK_FALSE(world.has_table("users"));
        }
        world.file("1_users.sql", up + "-- migrate:verify\nselect count(*) = 1 from users;\n");

        CHECK(went_well(world.run("migrate up")));
    });
}

TEST_CASE("up goes no further than it is told") {
    test::for_each_engine([](World& world) {
        for (const std::string version : {"1", "2", "3", "4"})
            world.file(version + "_t.sql",
                       "-- migrate:up\ncreate table t" + version + " (id int);\n");

        CHECK(listed(world.run("migrate up", {{"steps", "1"}}).result.at("applied"), "version") ==
              "1");
        CHECK(listed(world.run("migrate up", {{"to", "3"}}).result.at("applied"), "version") ==
              "2 3");
        const Report unknown = world.run("migrate up", {{"to", "44"}});

        REQUIRE_FALSE(unknown.ok());
        CHECK(unknown.error->kind() == ErrorKind::not_found);
        CHECK_FALSE(world.has_table("t4"));
    });
}

TEST_CASE("sections for another engine are not run") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table t (engine text);\n"
                   "-- migrate:up engine:postgres\ninsert into t values ('postgres');\n"
                   "-- migrate:up engine:sqlite\ninsert into t values ('sqlite');\n"
                   "-- migrate:verify engine:postgres\nselect 'a'::text = 'a';\n"
                   "-- migrate:down\ndrop table t;\n");

        REQUIRE(went_well(world.run("migrate up")));

        CHECK(world.ask("select engine from t") == to_string(world.kind()));
    });
}

TEST_CASE("an edited file stops up, which names it; accepting it lets up go on") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id bigint);\n");
        world.file("2_u.sql", "-- migrate:up\ncreate table u (id int);\n");

        const Report refused = world.run("migrate up");
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.exit_status() == 1);
        CHECK(refused.error->kind() == ErrorKind::integrity);
        CHECK(holds(refused.error->message(), "migrations/1_t.sql"));
        CHECK_FALSE(world.has_table("u"));

        CHECK(went_well(world.run("migrate repair", {{"version", "1"}, {"accept", ""}})));
        CHECK(went_well(world.run("migrate up")));
        CHECK(world.has_table("u"));
    });
}

TEST_CASE("blanks and line ends may change after a migration was applied") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));

        world.file("1_t.sql", "-- migrate:up  \r\ncreate table t (id int);\r\n\r\n");

        CHECK(went_well(world.run("migrate up")));
    });
}

TEST_CASE("a migration older than the newest applied is applied, and a missing one is told of") {
    test::for_each_engine([](World& world) {
        world.file("1_a.sql", "-- migrate:up\ncreate table a (id int);\n");
        world.file("3_c.sql", "-- migrate:up\ncreate table c (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.remove_file("1_a.sql");
        world.file("2_b.sql", "-- migrate:up\ncreate table b (id int);\n");

        const Report report = world.run("migrate up");

        REQUIRE(went_well(report));
        CHECK(listed(report.result.at("applied"), "version") == "2");
        CHECK(report.result.at("current").as_string() == "3");
        REQUIRE(report.warnings.size() == 2);
        CHECK(holds(report.warnings[0], "1_a"));
        CHECK(holds(report.warnings[1], "out of order"));
    });
}

TEST_CASE("a migration that rolls itself back is refused before anything runs") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        world.file("2_v.sql", "-- migrate:up\ncreate table u (id int);\nrollback;\n");
        const Report rollback = world.run("migrate up");
        REQUIRE_FALSE(rollback.ok());
        CHECK(rollback.error->where().line == 3);
        CHECK_FALSE(world.has_table("t"));
        CHECK_FALSE(world.has_history());
    });
}

TEST_CASE("what cannot be cut into statements is refused with its place") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql",
                   "-- migrate:up\ncreate table t (id int);\ninsert into t values ('a);\n");

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.error->kind() == ErrorKind::invalid_input);
        CHECK(report.error->where().file == "migrations/1_t.sql");
        CHECK(report.error->where().line == 3);
        CHECK_FALSE(world.has_table("t"));
    });
}

TEST_CASE("a dry run shows the plan and changes nothing") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");

        const Report report = world.dry_run("migrate up");

        REQUIRE(went_well(report));
        CHECK(listed(report.result.at("plan"), "step") == "apply 1_t");
        CHECK_FALSE(world.has_table("t"));
        CHECK_FALSE(world.has_history());
    });
}

TEST_CASE("up takes a safety backup when something can be lost, and only then") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\ndelete from t;\n");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.backups.count == 0);

        world.file("2_u.sql", "-- migrate:up\ncreate table u (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.backups.count == 0);

        world.file("3_d.sql", "-- migrate:up\ndrop table u;\n");
        const Report report = world.run("migrate up");
        REQUIRE(went_well(report));
        CHECK(world.backups.count == 1);
        CHECK(report.result.at("backup").as_string() == "backup-1");
        CHECK(world.ask("select max(backup) from " + world.history_table()) == "backup-1");
    });
}

TEST_CASE("a stop request before a migration leaves it and the rest pending") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        world.stop.request_stop();

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.exit_status() == 130);
        CHECK_FALSE(world.has_table("t"));
    });
}

TEST_CASE("of two runners at once, each migration is applied by one") {
    test::for_each_engine([](World& world) {
        for (int version = 1; version <= 5; ++version) {
            const std::string name = std::to_string(version);
            world.file(name + "_t.sql", "-- migrate:up\ncreate table t" + name + " (id int);\n");
        }
        Report first;
        Report second;
        {
            const std::jthread one([&] { first = world.run("migrate up"); });
            const std::jthread two([&] { second = world.run("migrate up"); });
        }

        CHECK(went_well(first));
        CHECK(went_well(second));
        CHECK(world.history() == "1 applied, 2 applied, 3 applied, 4 applied, 5 applied");
        const auto total = first.result.at("applied").as_array().size() +
                           second.result.at("applied").as_array().size();
        CHECK(total == 5);
    });
}

TEST_CASE("a history that a newer keel wrote is not touched") {
    test::for_each_engine([](World& world) {
        world.file("1_t.sql", "-- migrate:up\ncreate table t (id int);\n");
        REQUIRE(went_well(world.run("migrate up")));
        world.execute("update " + world.engine().dialect().internal_table("meta") +
                      " set value = '99' where key = 'migrations_format'");

        const Report report = world.run("migrate up");

        REQUIRE_FALSE(report.ok());
        CHECK(report.error->kind() == ErrorKind::unsupported);
    });
}

}  // namespace keel
