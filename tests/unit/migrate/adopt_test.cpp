#include <doctest/doctest.h>

#include "base/checksums.hpp"
#include "ops/migrate/histories/foreign_history.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::World;

void run_all(World& world, std::initializer_list<std::string_view> statements) {
    for (const auto statement : statements) world.execute(statement);
}

std::string adopted(const Report& report) {
    REQUIRE_MESSAGE(report.ok(), report.error->message());
    return listed(report.result.at("adopted"), "version");
}

/// What status says: "1 2 | 3", applied and pending.
std::string status(World& world) {
    const Report report = world.run("migrate status");
    REQUIRE_MESSAGE(report.ok(), report.error->message());
    CHECK(report.result.at("changed").as_array().empty());
    CHECK(report.result.at("missing").as_array().empty());
    return listed(report.result.at("applied"), "version") + " | " +
           listed(report.result.at("pending"), "version");
}

void three_files(World& world, const std::string& form_up, const std::string& ending = ".sql") {
    for (const std::string number : {"1", "2", "3"})
        world.file(number + "_t" + number + ending,
                   form_up + "create table t" + number + " (id int);\n");
}

std::string truth(const World& world) {
    return world.kind() == EngineKind::postgres ? "true" : "1";
}

}  // namespace

TEST_CASE("adopt: dbmate's versions are applied, what is left is pending, its table stays") {
    test::for_each_engine([](World& world) {
        three_files(world, "-- migrate:up\n");
        run_all(world, {"create table schema_migrations (version varchar(128) primary key)",
                        "insert into schema_migrations values ('1'), ('2')",
                        "create table t1 (id int)", "create table t2 (id int)"});

        const Report dry = world.dry_run("migrate adopt");
        CHECK(dry.result.at("plan").as_array().size() == 2);
        CHECK_FALSE(world.has_history());
        const Report report = world.run("migrate adopt");
        CHECK(adopted(report) == "1 2");
        CHECK(report.result.at("tool").as_string() == "dbmate");
        CHECK(report.result.at("pending").as_array().size() == 1);
        CHECK(status(world) == "1 2 | 3");
        CHECK(world.run("migrate up").ok());
        CHECK(world.has_table("t3"));
        CHECK(world.ask("select count(*) from schema_migrations") == "2");
        CHECK(adopted(world.run("migrate adopt")).empty());
    });
}

TEST_CASE("adopt: golang-migrate's one line stands for all before it, and a dirty one is refused") {
    test::for_each_engine([](World& world) {
        three_files(world, "", ".up.sql");
        const std::string no = world.kind() == EngineKind::postgres ? "false" : "0";
        run_all(world,
                {"create table schema_migrations (version bigint primary key, dirty boolean)",
                 "insert into schema_migrations values (2, " + no + ")"});
        CHECK(adopted(world.run("migrate adopt")) == "1 2");
        CHECK(status(world) == "1 2 | 3");
        world.execute("update schema_migrations set version = 3, dirty = " + truth(world));
        const Report dirty = world.run("migrate adopt");
        REQUIRE(dirty.error);
        CHECK(dirty.exit_status() == 6);
        CHECK(dirty.error->message() == "golang-migrate says that version 3 failed half way");
    });
}

TEST_CASE("adopt: the last of goose's lines of a version says what is true") {
    test::for_each_engine([](World& world) {
        three_files(world, "-- +goose Up\n");
        const std::string yes = truth(world);
        const std::string no = world.kind() == EngineKind::postgres ? "false" : "0";
        run_all(world, {"create table goose_db_version (id integer primary key, version_id bigint, "
                        "is_applied boolean, tstamp timestamp)",
                        "insert into goose_db_version values (1, 0, " + yes +
                            ", '2026-01-01 00:00:00'), (2, 1, " + yes +
                            ", '2026-01-02 03:04:05.6'), (3, 2, " + yes +
                            ", '2026-01-03 00:00:00'), (4, 2, " + no + ", '2026-01-04 00:00:00')"});
        const Report report = world.run("migrate adopt");
        CHECK(adopted(report) == "1");
        CHECK(report.result.at("adopted").as_array()[0].at("applied_at").as_string() ==
              "2026-01-02T03:04:05.000Z");
        CHECK(status(world) == "1 | 2 3");
    });
}

TEST_CASE("adopt: Flyway's checksums are compared, undone versions are pending again") {
    test::for_each_engine([](World& world) {
        world.file("V1__a.sql", "create table a (id int);\r\n-- é\r\n");
        world.file("V1.1__b.sql", "create table b (id int);\n");
        world.file("U1.1__b.sql", "drop table b;\n");
        world.file("R__v.sql", "create view v as select 1 as x;\n");
        const std::string yes = truth(world);
        const std::string sum =
            std::to_string(static_cast<std::int32_t>(crc32("create table a (id int);-- é")));
        run_all(world,
                {"create table flyway_schema_history (installed_rank int primary key, version "
                 "text, description text, type text, script text, checksum int, installed_by "
                 "text, installed_on timestamp, execution_time int, success boolean)",
                 "insert into flyway_schema_history values (1, '1', 'a', 'SQL', 'V1__a.sql', " +
                     sum + ", 'anna', '2026-01-01 00:00:00', 12, " + yes +
                     "), (2, '1.1', 'b', 'SQL', 'V1.1__b.sql', 5, 'anna', '2026-01-01 00:00:00', "
                     "1, " +
                     yes +
                     "), (3, null, 'v', 'SQL', 'x/R__v.sql', 7, 'anna', '2026-01-01 "
                     "00:00:00', 1, " +
                     yes + ")"});
        const Report changed = world.run("migrate adopt");
        REQUIRE(changed.error);
        CHECK(changed.error->kind() == ErrorKind::integrity);
        CHECK(changed.error->message() == "edited since flyway applied it: migrations/V1.1__b.sql");
        CHECK_FALSE(world.has_history());
        world.execute(
            "insert into flyway_schema_history values (4, '1.1', 'b', 'UNDO_SQL', "
            "'U1.1__b.sql', 5, 'anna', '2026-01-01 00:00:00', 1, " +
            yes + ")");
        CHECK(adopted(world.run("migrate adopt")) == "1 R__v");
        CHECK(status(world) == "1 R__v | 1.1");
        CHECK(world.ask("select applied_by from " + world.history_table()) == "anna");
        CHECK(world.ask("select duration_ms from " + world.history_table()) == "12");
    });
}

TEST_CASE("adopt: a baseline of Flyway stands for the versions up to its own") {
    test::for_each_engine([](World& world) {
        world.file("V1__a.sql", "select 1;");
        world.file("V2__b.sql", "select 1;");
        world.file("V3__c.sql", "select 1;");
        run_all(world,
                {"create table flyway_schema_history (installed_rank int primary key, version "
                 "text, description text, type text, script text, checksum int, installed_by "
                 "text, installed_on timestamp, execution_time int, success boolean)",
                 "insert into flyway_schema_history values (1, '2', '<< Flyway Baseline >>', "
                 "'BASELINE', '<< Flyway Baseline >>', null, 'anna', '2026-01-01 00:00:00', 0, " +
                     truth(world) + ")"});
        CHECK(adopted(world.run("migrate adopt")) == "1 2");
        CHECK(status(world) == "1 2 | 3");
    });
}

TEST_CASE("adopt: diesel and pop are known by their versions") {
    test::for_each_engine([](World& world) {
        world.file("2017-09-23-182408_a/up.sql", "select 1;");
        world.file("2018-01-01-000000_b/up.sql", "select 1;");
        run_all(world,
                {"create table __diesel_schema_migrations (version varchar(50) primary key, run_on "
                 "timestamp default current_timestamp)",
                 "insert into __diesel_schema_migrations (version) values ('20170923182408')"});
        CHECK(adopted(world.run("migrate adopt")) == "20170923182408");
        CHECK(status(world) == "20170923182408 | 20180101000000");
    });
    test::for_each_engine([](World& world) {
        world.file("1_a.autocommit.up.sql", "select 1;");
        world.file("2_b.up.sql", "select 1;");
        run_all(world, {"create table schema_migration (version varchar(48) not null)",
                        "insert into schema_migration values ('1')"});
        CHECK(adopted(world.run("migrate adopt")) == "1");
    });
}

TEST_CASE("adopt: Prisma's names and digests; what was rolled back does not count, failures do") {
    test::for_each_engine([](World& world) {
        const std::string text = "create table a (id int);\n";
        world.file("20260101_a/migration.sql", text);
        world.file("20260102_b/migration.sql", "select 2;");
        run_all(world,
                {"create table _prisma_migrations (id text primary key, checksum text, finished_at "
                 "timestamp, migration_name text, logs text, rolled_back_at timestamp, started_at "
                 "timestamp, applied_steps_count int)",
                 "insert into _prisma_migrations values ('x', '" + sha256_hex(text) +
                     "', '2026-01-01 00:00:01', '20260101_a', null, null, '2026-01-01 00:00:00', "
                     "1), ('y', 'no', null, '20260102_b', 'failed', '2026-01-01 00:00:03', "
                     "'2026-01-01 00:00:02', 0)"});
        CHECK(adopted(world.run("migrate adopt")) == "20260101");
        CHECK(status(world) == "20260101 | 20260102");
        world.execute("update _prisma_migrations set rolled_back_at = null");
        CHECK(world.run("migrate adopt").exit_status() == 6);
        world.execute("update _prisma_migrations set finished_at = '2026-01-01 00:00:03'");
        CHECK(world.run("migrate adopt").error->kind() == ErrorKind::integrity);
        CHECK(adopted(world.run("migrate adopt", {{"accept-changed", ""}})) == "20260102");
    });
}

TEST_CASE("adopt: sqlx's digests are those of the files") {
    test::for_each_engine([](World& world) {
        world.file("1_a.sql", "select 1;");
        world.file("2_b.sql", "-- no-transaction\nselect 2;");
        const bool is_postgres = world.kind() == EngineKind::postgres;
        const std::string digest = sha384_hex("select 1;");
        run_all(
            world,
            {std::string("create table _sqlx_migrations (version bigint primary key, "
                         "description text, installed_on timestamp, success boolean, checksum ") +
                 (is_postgres ? "bytea" : "blob") + ", execution_time bigint)",
             "insert into _sqlx_migrations values (1, 'a', '2026-01-01 00:00:00', " + truth(world) +
                 ", " + (is_postgres ? "decode('" + digest + "', 'hex')" : "x'" + digest + "'") +
                 ", 2500000)"});
        CHECK(adopted(world.run("migrate adopt")) == "1");
        CHECK(world.ask("select duration_ms from " + world.history_table()) == "2");
    });
}

TEST_CASE("adopt: drizzle's lines are found by digest, or by place and then told of") {
    test::for_each_engine([](World& world) {
        world.file(
            "meta/_journal.json",
            R"({"entries":[{"tag":"0000_a","when":1700000000000},{"tag":"0001_b","when":1800000000000}]})");
        world.file("0000_a.sql", "select 1;\r\n");
        world.file("0001_b.sql", "select 2;");
        const bool is_postgres = world.kind() == EngineKind::postgres;
        if (is_postgres) world.execute("create schema drizzle");
        const std::string table =
            is_postgres ? "drizzle.__drizzle_migrations" : "__drizzle_migrations";
        run_all(world, {"create table " + table + " (id int, hash text, created_at bigint)",
                        "insert into " + table + " values (1, '" + sha256_hex("select 1;\n") +
                            "', 1700000000000)"});
        CHECK(adopted(world.run("migrate adopt")) == "0000");
        CHECK(world.ask("select applied_at from " + world.history_table()) ==
              "2023-11-14T22:13:20.000Z");
        world.execute("insert into " + table + " values (2, 'other', 1800000000000)");
        CHECK(world.run("migrate adopt").error->message() ==
              "edited since drizzle applied it: migrations/0001_b.sql");
    });
}

TEST_CASE("adopt: sqitch's changes, the reworked one too") {
    test::for_each_engine([](World& world) {
        world.file("sqitch.plan",
                   "%project=p\nt 2026-01-01T00:00:00Z A <a>\n@one 2026-01-01T00:00:00Z A <a>\n"
                   "t [t@one] 2026-01-01T00:00:00Z A <a>\nu 2026-01-01T00:00:00Z A <a>\n");
        world.file("deploy/t@one.sql", "select 1;");
        world.file("deploy/t.sql", "select 2;");
        world.file("deploy/u.sql", "select 3;");
        run_all(world, {"create table changes (change_id text, change text, project text, "
                        "committer_name text, committed_at timestamp, planned_at timestamp)",
                        "insert into changes values ('a', 't', 'p', 'anna', '2026-01-01 00:00:00', "
                        "'2026-01-01 00:00:00'), ('b', 't', 'p', 'anna', '2026-01-02 00:00:00', "
                        "'2026-01-01 00:00:00')"});
        CHECK(adopted(world.run("migrate adopt")) == "t t~2");
        CHECK(status(world) == "t t~2 | u");
    });
}

TEST_CASE("adopt: tools whose migrations are programs leave versions that nobody misses") {
    struct Case {
        std::string tool;
        std::vector<std::string> statements;
        std::string versions;
    };
    const std::vector<Case> cases{
        {"alembic",
         {"create table alembic_version (version_num varchar(32) primary key)",
          "insert into alembic_version values ('975ea83b712d')"},
         "975ea83b712d"},
        {"django",
         {"create table django_migrations (id integer primary key, app text, name text, applied "
          "timestamp)",
          "insert into django_migrations values (1, 'auth', '0001_initial', '2026-01-01 "
          "00:00:00')"},
         "auth.0001_initial"},
        {"liquibase",
         {"create table databasechangelog (id text, author text, filename text, dateexecuted "
          "timestamp, orderexecuted int, exectype text, md5sum text)",
          "insert into databasechangelog values ('1', 'anna', 'a.xml', '2026-01-01 00:00:00', 1, "
          "'EXECUTED', '9:x')"},
         "1:anna"},
        {"rails",
         {"create table schema_migrations (version varchar primary key)",
          "create table ar_internal_metadata (key varchar primary key, value varchar)",
          "insert into schema_migrations values ('20200101000000')"},
         "20200101000000"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.tool);
        test::for_each_engine([&](World& world) {
            world.file("20260101000000_first.sql", "-- migrate:up\ncreate table x (id int);\n");
            for (const auto& statement : one.statements) world.execute(statement);
            const Report report = world.run("migrate adopt");
            CHECK(adopted(report) == one.versions);
            CHECK(report.result.at("tool").as_string() == one.tool);
            const Report up = world.run("migrate up");
            REQUIRE(up.ok());
            CHECK(up.warnings.empty());
            CHECK(status(world) == one.versions + " 20260101000000 | ");
        });
    }
}

TEST_CASE("adopt: Atlas's revisions are those of numbered files") {
    test::for_each_engine([](World& world) {
        world.file("20260101_a.sql", "select 1;");
        world.file("20260102_b.sql", "select 2;");
        world.file("atlas.sum", "h1:x\n");
        run_all(world,
                {"create table atlas_schema_revisions (version text primary key, description text, "
                 "type bigint, applied bigint, total bigint, executed_at timestamp, execution_time "
                 "bigint, error text, hash text)",
                 "insert into atlas_schema_revisions values ('20260101', 'a', 2, 1, 1, '2026-01-01 "
                 "00:00:00', 3000000, null, 'h')"});
        CHECK(adopted(world.run("migrate adopt")) == "20260101");
        world.execute(
            "insert into atlas_schema_revisions values ('20260102', 'b', 2, 0, 1, '2026-01-01 "
            "00:00:00', 0, 'no', 'h')");
        CHECK(world.run("migrate adopt").exit_status() == 6);
    });
}

TEST_CASE("adopt: a version without a file is refused, unless it is wanted") {
    test::for_each_engine([](World& world) {
        three_files(world, "-- migrate:up\n");
        run_all(world, {"create table schema_migrations (version varchar(128) primary key)",
                        "insert into schema_migrations values ('1'), ('7')"});
        const Report report = world.run("migrate adopt");
        REQUIRE(report.error);
        CHECK(report.error->message() == "dbmate has applied what has no file here: 7");
        CHECK(adopted(world.run("migrate adopt", {{"without-files", ""}})) == "1 7");
        CHECK(status(world) == "1 7 | 2 3");
    });
}

TEST_CASE("adopt: says what is there when several tools are, or none, or one unknown") {
    test::for_each_engine([](World& world) {
        three_files(world, "-- migrate:up\n");
        CHECK(world.run("migrate adopt").error->kind() == ErrorKind::not_found);
        run_all(world, {"create table schema_migrations (version varchar(128) primary key)",
                        "create table alembic_version (version_num varchar(32) primary key)",
                        "insert into alembic_version values ('abc')"});
        const Report several = world.run("migrate adopt");
        REQUIRE(several.error);
        CHECK(several.exit_status() == 2);
        CHECK(holds(several.error->message(), "dbmate"));
        CHECK(holds(several.error->message(), "alembic"));
        CHECK(adopted(world.run("migrate adopt", {{"from", "alembic"}})) == "abc");
        CHECK(world.run("migrate adopt", {{"from", "dbmat"}}).exit_status() == 2);
        run_all(world, {"create table old_versions (version text)",
                        "insert into old_versions values ('3')"});
        CHECK(adopted(world.run("migrate adopt",
                                {{"from", "dbmate"}, {"table", "old_versions"}})) == "3");
    });
}

TEST_CASE("times of other tools are read in every usual form") {
    CHECK(foreign_time("2026-01-31 12:00:00.123456+00") == "2026-01-31T12:00:00.000Z");
    CHECK(foreign_time("1700000000") == "2023-11-14T22:13:20.000Z");
    CHECK(foreign_time("1700000000000") == "2023-11-14T22:13:20.000Z");
    CHECK(foreign_time("") == "1970-01-01T00:00:00.000Z");
    CHECK(foreign_time("yesterday") == "1970-01-01T00:00:00.000Z");
}

}  // namespace keel
