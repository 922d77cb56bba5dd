#include <doctest/doctest.h>

#include "db/inspector.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::went_well;
using test::World;

/// Parents 1 and 2, a child of 1 that would be deleted with it.
void make_family(World& world, const std::string& action) {
    world.file(
        "1_family.sql",
        "-- migrate:up\ncreate table parents (id integer primary key);\n"
        "create table children (id integer primary key, parent_id int references parents (id) " +
            action +
            ");\ninsert into parents values (1), (2);\n"
            "insert into children values (10, 1), (11, 1), (12, 2);\n");
    REQUIRE(went_well(world.run("migrate up")));
}

constexpr const char* rebuild =
    "-- migrate:up\ncreate table parents_new (id integer primary key, name text);\n"
    "insert into parents_new (id) select id from parents where id > {};\n"
    "drop table parents;\nalter table parents_new rename to parents;\n";

std::string rebuild_of_ids_above(int id) {
    std::string text = rebuild;
    text.replace(text.find("{}"), 2, std::to_string(id));
    return text;
}

}  // namespace

TEST_CASE("a rebuilt table keeps the rows that refer to it") {
    for (const std::string action : {"", "on delete cascade", "on delete set null"}) {
        World world(EngineKind::sqlite);
        make_family(world, action);
        world.file("2_rebuild.sql", rebuild_of_ids_above(0));

        const Report report = world.run("migrate up");

        REQUIRE(went_well(report));
        CHECK(world.ask("select count(parent_id) from children") == "3");
        CHECK(world.ask("select count(name) from parents") == "0");
    }
}

TEST_CASE("a rebuild that loses a parent is undone, and the children are named") {
    World world(EngineKind::sqlite);
    make_family(world, "on delete cascade");
    world.file("2_rebuild.sql", rebuild_of_ids_above(1));

    const Report report = world.run("migrate up");

    REQUIRE_FALSE(report.ok());
    CHECK(report.error->kind() == ErrorKind::constraint);
    CHECK(holds(report.error->message(), "'children'"));
    CHECK(holds(report.error->message(), "10, 11"));
    CHECK(world.ask("select count(*) from parents") == "2");
    CHECK(world.ask("select count(*) from children") == "3");
    CHECK(world.history() == "1 applied");
}

TEST_CASE("violations that were there before a rebuild do not stop it") {
    World world(EngineKind::sqlite);
    make_family(world, "");
    auto connection = world.connect();
    connection->execute("pragma foreign_keys = off");
    connection->execute("insert into children values (13, 99)");
    connection.reset();
    world.file("2_rebuild.sql", rebuild_of_ids_above(0));

    CHECK(went_well(world.run("migrate up")));
}

TEST_CASE("renaming a table away under its children is refused even when they are empty") {
    World world(EngineKind::sqlite);
    make_family(world, "");
    world.execute("delete from children");
    world.file("2_rebuild.sql",
               "-- migrate:up\nalter table parents rename to parents_old;\n"
               "create table parents (id integer primary key);\n"
               "insert into parents select id from parents_old;\ndrop table parents_old;\n");

    const Report report = world.run("migrate up");

    REQUIRE_FALSE(report.ok());
    CHECK(holds(report.error->message(), "'parents_old'"));
    CHECK(world.ask("select count(*) from parents") == "2");
}

TEST_CASE("a migration that drops no table runs with foreign keys enforced") {
    World world(EngineKind::sqlite);
    make_family(world, "on delete cascade");
    world.file("2_delete.sql", "-- migrate:up\ndelete from parents where id = 1;\n");
    REQUIRE(went_well(world.run("migrate up")));
    CHECK(world.ask("select count(*) from children") == "1");

    world.file("3_bad.sql", "-- migrate:up\ninsert into children values (20, 99);\n");
    CHECK_FALSE(world.run("migrate up").ok());
}

TEST_CASE("foreign keys are enforced again after a migration that drops a table") {
    World world(EngineKind::sqlite);
    make_family(world, "");
    world.file("2_rebuild.sql", rebuild_of_ids_above(0));
    world.file("3_bad.sql", "-- migrate:up\ninsert into children values (20, 99);\n");

    const Report report = world.run("migrate up");

    REQUIRE_FALSE(report.ok());
    CHECK(world.history() == "1 applied, 2 applied");
}

namespace {

/// A table with rows and one thing of each kind that SQLite takes away with a table.
void make_laden_table(World& world) {
    world.file("1_t.sql",
               "-- migrate:up\ncreate table log (what text);\n"
               "create table t (id integer primary key autoincrement, name text not null, "
               "loud text generated always as (upper(name)) virtual);\n"
               "insert into t (name) values ('a'), ('b'), ('c');\n"
               "delete from t where name = 'c';\n"
               "create index t_name on t (name);\n"
               "create trigger t_log after insert on t begin insert into log values (new.name); "
               "end;\n"
               "create view names as select id, name from t;\n"
               "create view short_names as select * from names where length(name) < 3;\n");
    REQUIRE(went_well(world.run("migrate up")));
}

constexpr const char* bare_rebuild =
    "-- migrate:up\ncreate table new_t (id integer primary key autoincrement, name text);\n"
    "insert into new_t select id, name from t;\ndrop table t;\nalter table new_t rename to t;\n";

}  // namespace

TEST_CASE("a rebuild that forgets an index or a trigger of a table with rows is refused") {
    World world(EngineKind::sqlite);
    make_laden_table(world);
    const std::string index = "create index t_name on t (name);\n";
    const std::string trigger =
        "create trigger t_log after insert on t begin insert into log values (new.name); end;\n";

    world.file("2_r.sql", bare_rebuild + index);
    const Report without_trigger = world.run("migrate up");
    CHECK(without_trigger.error->kind() == ErrorKind::constraint);
    CHECK(holds(without_trigger.error->message(), "trigger 't_log'"));
    CHECK(world.ask("select count(*) from sqlite_schema where name = 't_log'") == "1");

    world.file("2_r.sql", bare_rebuild + trigger);
    CHECK(holds(world.run("migrate up").error->message(), "index 't_name'"));

    world.file("2_r.sql", bare_rebuild + index + trigger);
    REQUIRE(went_well(world.run("migrate up")));
}

TEST_CASE("what is dropped by name before a rebuild may go") {
    World world(EngineKind::sqlite);
    make_laden_table(world);
    std::string text = bare_rebuild;
    text.insert(text.find("create table"), "drop index t_name;\ndrop trigger t_log;\n");
    world.file("2_r.sql", text);

    REQUIRE(went_well(world.run("migrate up")));
    CHECK(
        world.ask("select count(*) from sqlite_schema where tbl_name = 't' and type <> 'table'") ==
        "0");
    // Views and the AUTOINCREMENT mark are carried over: 3 was given out, and is not again.
    CHECK(world.ask("select count(*) from short_names") == "2");
    world.execute("insert into t (name) values ('d')");
    CHECK(world.ask("select max(id) from t") == "4");
}

TEST_CASE("a plain copy into a rebuilt table that loses rows is refused") {
    World world(EngineKind::sqlite);
    world.file("1_t.sql",
               "-- migrate:up\ncreate table t (id integer primary key, name text);\n"
               "insert into t values (1, 'a'), (2, 'a');\n");
    REQUIRE(went_well(world.run("migrate up")));
    const std::string rest = "drop table t;\nalter table new_t rename to t;\n";
    const std::string head =
        "-- migrate:up\ncreate table new_t (id integer primary key, name text unique);\n";

    world.file("2_r.sql", head + "insert or ignore into new_t select * from t;\n" + rest);
    const Report report = world.run("migrate up");
    CHECK(holds(report.error->message(), "has 1 rows, and had 2"));
    CHECK(world.ask("select count(*) from t") == "2");

    world.file("2_r.sql",
               head + "insert into new_t select min(id), name from t group by name;\n" + rest);
    CHECK(went_well(world.run("migrate up")));
}

TEST_CASE("migrate new --rebuild writes a rebuild that changes nothing until it is edited") {
    World world(EngineKind::sqlite);
    make_laden_table(world);
    const auto fingerprint = [&] {
        const auto connection = world.connect();
        return world.engine().inspector().fingerprint(*connection);
    };
    const std::string before = fingerprint();

    const Report made = world.run("migrate new", {{"name", "again"}, {"rebuild", "T"}});
    REQUIRE(went_well(made));
    REQUIRE(went_well(world.run("migrate up")));
    CHECK(fingerprint() == before);
    CHECK(world.ask("select group_concat(id || name) from t") == "1a,2b");
    REQUIRE(went_well(world.run("migrate down")));
    CHECK(fingerprint() == before);
    CHECK(world.ask("select seq from sqlite_sequence where name = 't'") == "3");
    CHECK(world.run("migrate new", {{"name", "x"}, {"rebuild", "none"}}).exit_status() == 1);
}

}  // namespace keel
