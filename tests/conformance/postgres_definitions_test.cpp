#include "engines/postgres/definitions.hpp"

#include <doctest/doctest.h>

#include "db/inspector.hpp"
#include "db/schema_tools.hpp"
#include "postgres_samples.hpp"
#include "postgres_support.hpp"
#include "support.hpp"

using namespace keel;
using namespace keel::conformance;

namespace {

postgres::Definitions definitions_of(const PostgresDatabase& database) {
    return postgres::write_definitions(*database.connect(true));
}

/// Every owner that the database knows, by what it owns.
std::string owners_in(const PostgresDatabase& database) {
    return database.connect(true)
        ->query_text(
            "select string_agg(c.oid::regclass || ' ' || c.relowner::regrole, ',' order by "
            "c.oid::regclass::text) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname !~ '^pg_|^information_'")
        .value_or("");
}

}  // namespace

TEST_CASE("definitions that are written without pg_dump make the ugliest schema again") {
    const PostgresDatabase source, target;
    run_script(*source.connect(), postgres_torture);
    run_script(*source.connect(), "create schema keel; create table keel.migrations (id int)");

    const auto definitions = definitions_of(source);
    const auto connection = target.connect();
    run_script(*connection, definitions.pre_data);
    run_script(*connection, definitions.post_data);

    const auto& tools = postgres_engine().schema_tools();
    const auto lost = differences(tools.read(*source.connect()), tools.read(*target.connect()));
    for (const auto& difference : lost) INFO(difference.kind, " ", difference.name);
    CHECK(lost.empty());
    const auto& inspector = postgres_engine().inspector();
    CHECK(inspector.fingerprint(*source.connect()) == inspector.fingerprint(*target.connect()));
    CHECK(target.connect()->query_text("select to_regclass('keel.migrations')::text") ==
          "keel.migrations");
    CHECK(owners_in(target) == owners_in(source));
}

TEST_CASE(
    "definitions cut where the rows belong, and nothing that could refuse them comes before") {
    const PostgresDatabase source;
    run_script(*source.connect(),
               "create table t (id int primary key, other int references t); create index on t "
               "(other); alter table t add constraint positive check (id > 0) not valid");
    const auto [pre_data, post_data] = definitions_of(source);
    for (const std::string_view late : {"PRIMARY KEY", "REFERENCES", "CREATE INDEX", "NOT VALID"}) {
        CAPTURE(pre_data);
        CAPTURE(late);
        CHECK(pre_data.find(late) == std::string::npos);
        CHECK(post_data.find(late) != std::string::npos);
    }
}

TEST_CASE("what cannot be written without pg_dump is listed, and no backup is made of the rest") {
    const PostgresDatabase source;
    run_script(*source.connect(),
               "create publication everything for all tables; create text search dictionary mine "
               "(template = simple); create text search configuration plain (copy = simple)");
    const auto error = failure_of([&] { definitions_of(source); });
    CHECK(error.kind() == ErrorKind::unsupported);
    for (const char* name : {"publication everything", "text search dictionary public.mine",
                             "text search configuration public.plain"})
        CHECK(error.message().find(name) != std::string::npos);
    CHECK(error.hint().find("client programs") != std::string::npos);
}

TEST_CASE("constraints that only newer servers have keep their names, or are listed") {
    const PostgresDatabase source, target;
    if (source.connect()->query_integer("show server_version_num") < 180'000) return;
    run_script(*source.connect(),
               "create table p (id int primary key); create table n (x int constraint x_there not "
               "null, p int references p not enforced, z int constraint zc check (z > 0) not "
               "enforced, twice int generated always as (z * 2) virtual)");
    const auto definitions = definitions_of(source);
    run_script(*target.connect(), definitions.pre_data);
    run_script(*target.connect(), definitions.post_data);
    const std::string constraints =
        "select string_agg(conname || ' ' || pg_get_constraintdef(oid), ',' order by conname) from "
        "pg_constraint where conrelid = 'public.n'::regclass";
    CHECK(target.connect()->query_text(constraints) == source.connect()->query_text(constraints));

    run_script(*source.connect(), "alter table n add constraint open not null z not valid");
    const auto error = failure_of([&] { definitions_of(source); });
    CHECK(error.message().find("constraint open on public.n") != std::string::npos);
}
