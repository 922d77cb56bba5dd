#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <thread>

#include "db/admin.hpp"
#include "db/copier.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "db/row_port.hpp"
#include "fixture.hpp"
#include "postgres_samples.hpp"
#include "postgres_support.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

constexpr std::string_view schema =
    "create table teams (id integer primary key, lead_id integer);"
    "create table people (id integer primary key, team_id integer references teams (id));"
    "create table fired (n integer);"
    "insert into teams values (1, null); insert into people values (1, 1), (2, 1);";

std::string trigger_of(const EngineFixture& fixture) {
    if (fixture.engine().kind() == EngineKind::sqlite)
        return "create trigger people_in after insert on people begin insert into fired values "
               "(1); "
               "end;";
    return "create function fire() returns trigger language plpgsql as $$ begin insert into fired "
           "values (1); return new; end $$;"
           "create trigger people_in after insert on people for each row execute function fire();"
           "create trigger people_always after insert on people for each row execute function "
           "fire();"
           "alter table people enable always trigger people_always;"
           "comment on constraint people_team_id_fkey on people is 'theirs';";
}

void run(EngineFixture& fixture, const DatabaseUrl& url, std::string_view script) {
    fixture.connect(url)->run_script(fixture.engine().dialect().split(script).statements);
}

void run_script_on(EngineFixture& fixture, Connection& connection, std::string_view script) {
    connection.run_script(fixture.engine().dialect().split(script).statements);
}

TableId table(const EngineFixture& fixture, std::string name) {
    return {fixture.engine().kind() == EngineKind::postgres ? "public" : "", std::move(name)};
}

void put(Connection& connection, const CopySpec& place, std::initializer_list<const char*> rows) {
    const auto sink = connection.copy_in(place);
    for (const std::string_view row : rows) sink->put(as_bytes(row));
    sink->finish();
}

std::int64_t count(EngineFixture& fixture, const DatabaseUrl& url, const std::string& what) {
    return fixture.connect(url)->query_integer("select count(*) from " + what);
}

}  // namespace

TEST_CASE("rows are loaded though they refer to what is not there yet, and nothing reacts") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        run(fixture, url, schema);
        run(fixture, url, trigger_of(fixture));
        const std::vector<TableId> tables = {table(fixture, "people"), table(fixture, "teams")};
        {
            const auto connection = fixture.connect(url);
            auto load = fixture.engine().copier().rows().begin_loading(*connection, tables);
            load->empty(tables);
            put(*connection, {.schema = tables[0].schema, .table = "people"}, {"7\t9\n"});
            put(*connection, {.schema = tables[1].schema, .table = "teams"}, {"9\t7\n"});
            load->commit();
            load.reset();
            // The session is as it was: what refers to nothing is refused again, triggers fire.
            CHECK_THROWS(connection->execute("insert into people values (8, 99)"));
            connection->execute("insert into people values (8, 9)");
        }
        CHECK(count(fixture, url, "people") == 2);
        CHECK(count(fixture, url, "teams") == 1);
        const bool has_two = fixture.engine().kind() == EngineKind::postgres;
        CHECK(count(fixture, url, "fired") == (has_two ? 2 : 1));
    });
}

TEST_CASE("a load that is not committed leaves the database as it was") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        run(fixture, url, schema);
        run(fixture, url, trigger_of(fixture));
        const auto before = fixture.engine().inspector().fingerprint(*fixture.connect(url));
        const std::vector<TableId> tables = {table(fixture, "people"), table(fixture, "teams")};
        {
            const auto connection = fixture.connect(url);
            const auto load = fixture.engine().copier().rows().begin_loading(*connection, tables);
            load->empty(tables);
            put(*connection, {.schema = tables[0].schema, .table = "people"}, {"7\t9\n"});
        }
        CHECK(count(fixture, url, "people where team_id = 1") == 2);
        CHECK(count(fixture, url, "teams") == 1);
        CHECK(fixture.engine().inspector().fingerprint(*fixture.connect(url)) == before);
    });
}

TEST_CASE("merged rows replace those of the same key, and others stay") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        run(fixture, url, schema);
        const auto people = table(fixture, "people");
        const std::vector<TableId> tables = {people};
        const auto connection = fixture.connect(url);
        const auto load = fixture.engine().copier().rows().begin_loading(*connection, tables);

        put(*connection, load->side_table(people, {"id", "team_id"}), {"2\t\\N\n", "3\t1\n"});
        const auto merged = load->merge(people, {"id", "team_id"}, {"id"});
        put(*connection, load->side_table(people, {"id"}), {"2\n"});
        const auto keys_alone = load->merge(people, {"id"}, {"id"});
        load->commit();

        CHECK(merged.added == 1);
        CHECK(merged.replaced == 1);
        CHECK(keys_alone.replaced == 1);
        CHECK(count(fixture, url, "people") == 3);
        CHECK(count(fixture, url, "people where team_id is null and id = 2") == 1);
    });
}

TEST_CASE("counters go on behind the rows and behind what the source has given out") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        const bool is_sqlite = fixture.engine().kind() == EngineKind::sqlite;
        run(fixture, url,
            is_sqlite ? "create table t (id integer primary key autoincrement, n integer); "
                        "insert into t (n) values (1), (2), (3); delete from t where id > 1;"
                      : "create table t (id integer generated by default as identity primary key, "
                        "n integer); insert into t (n) values (1), (2), (3); delete from t where "
                        "id > 1;");
        const RowPort& rows = fixture.engine().copier().rows();
        const std::vector<TableId> tables = {table(fixture, "t")};
        const auto connection = fixture.connect(url);
        rows.begin_reading(*connection);
        auto known = rows.counters(*connection);
        connection->rollback();
        REQUIRE(known.size() == 1);
        CHECK(known[0].last == 3);

        const auto load_with = [&](std::int64_t last, bool keeps_own) {
            known[0].last = last;
            const auto load = rows.begin_loading(*connection, tables);
            load->set_counters(tables, known, keeps_own);
            load->commit();
            return connection->query_integer("insert into t (n) values (0) returning id");
        };
        CHECK(load_with(40, false) == 41);
        CHECK(load_with(7, true) == 42);
        CHECK(load_with(7, false) == 43);
    });
}

}  // namespace keel::conformance

using namespace keel;
using namespace keel::conformance;

TEST_CASE("a role that may not act as a replica loads all the same, and constraints come back") {
    const PostgresDatabase database;
    {
        const auto owner = database.connect();
        owner->run_script(postgres_engine()
                              .dialect()
                              .split("create table teams (id integer primary key);"
                                     "create table people (id integer primary key, team_id integer "
                                     "references teams (id) deferrable);"
                                     "comment on constraint people_team_id_fkey on people is 'why';"
                                     "insert into teams values (1); insert into people values (1, "
                                     "1);"
                                     "create role plain_loader_t nologin;"
                                     "alter table teams owner to plain_loader_t;"
                                     "alter table people owner to plain_loader_t;"
                                     "grant all on schema public to plain_loader_t;")
                              .statements);
    }
    const auto connection = database.connect();
    connection->execute("set role plain_loader_t");
    const std::vector<TableId> tables = {{"public", "people"}};
    const auto load = postgres_engine().copier().rows().begin_loading(*connection, tables);
    load->empty(tables);
    {
        const auto sink = connection->copy_in({.schema = "public", .table = "people"});
        sink->put(as_bytes(std::string_view("5\t1\n")));
        sink->finish();
    }
    load->commit();
    CHECK(connection->query_integer("select id from people") == 5);
    CHECK(connection->query_text("select obj_description(oid, 'pg_constraint') from pg_constraint "
                                 "where conname = 'people_team_id_fkey' and condeferrable and "
                                 "convalidated") == "why");
    connection->execute("reset role");
    connection->execute("drop owned by plain_loader_t");
    connection->execute("drop role plain_loader_t");
}

TEST_CASE("sessions that begin to read together see one state, whatever is written meanwhile") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        run(fixture, url, "create table t (n integer); insert into t values (0);");
        std::atomic<bool> is_over = false;
        // In WAL mode, as new databases are, and on a server nobody waits for it.
        std::jthread writer([&] {
            const auto connection = fixture.connect(url);
            while (!is_over) connection->execute("update t set n = n + 1");
        });
        for (int round = 0; round < 20; ++round) {
            const auto one = fixture.connect(url, true), other = fixture.connect(url, true);
            const std::array<Connection*, 2> both{one.get(), other.get()};
            if (!fixture.engine().copier().rows().begin_reading_together(both)) continue;
            const auto seen = one->query_text("select n from t");
            CHECK(seen == other->query_text("select n from t"));
        }
        is_over = true;
        writer.join();
        const auto one = fixture.connect(url, true), other = fixture.connect(url, true);
        const std::array<Connection*, 2> both{one.get(), other.get()};
        CHECK(fixture.engine().copier().rows().begin_reading_together(both));
    });
}

TEST_CASE("a new database for rows is nowhere until it is published, and gone unless it is kept") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.new_address();
        const auto& admin = fixture.engine().admin();
        const auto& rows = fixture.engine().copier().rows();
        const StageOptions options{.target = url, .run_id = fresh_run_id()};
        const QuietContext quiet;
        const Context& context = quiet;
        {
            const auto made = rows.make_new(options, context);
            made->connect()->execute("create table t (n integer)");
            CHECK(admin.find_leftovers(url).empty());  // somebody is at work on it
            CHECK_FALSE(admin.exists(url));
        }
        CHECK(admin.find_leftovers(url).empty());

        const auto made = rows.make_new(options, context);
        REQUIRE(made->writers() >= 1);
        {
            const auto writer = made->connect();
            run_script_on(fixture, *writer,
                          "create table t (n integer); insert into t values (1);");
            const auto reader = made->connect_reader();
            writer->execute("create table other (n integer)");
            writer->execute("create index t_n on t (n)");
            CHECK(reader->query_integer("select n from t") == 1);
        }
        const auto staged = made->keep();
        CHECK_FALSE(admin.exists(url));
        admin.publish(staged, context);
        CHECK(fixture.connect(url)->query_integer("select n from t") == 1);
        CHECK(admin.check(*fixture.connect(url), true).empty());
        CHECK(admin.find_leftovers(url).empty());
    });
}
