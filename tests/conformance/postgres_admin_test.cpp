#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "db/admin.hpp"
#include "db/inspector.hpp"
#include "postgres_password.hpp"
#include "postgres_support.hpp"
#include "support.hpp"

using namespace keel;
using namespace keel::conformance;

namespace {

bool has_rule(const std::vector<Diagnostic>& findings, std::string_view rule) {
    return std::ranges::any_of(findings,
                               [&](const Diagnostic& finding) { return finding.rule == rule; });
}

}  // namespace

TEST_CASE("an invalid index and an unchecked constraint are found") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    run_script(*connection,
               "create table t (id int); insert into t values (1), (1); alter table t add "
               "constraint big check (id > 5) not valid;");
    CHECK(error_of(
        [&] { connection->execute("create unique index concurrently broken on t (id)"); }));

    const auto findings = postgres_engine().admin().check(*connection, false);

    CHECK(has_rule(findings, "postgres.invalid-index"));
    CHECK(has_rule(findings, "postgres.unvalidated-constraint"));
    for (const auto& finding : findings) CHECK_FALSE(finding.hint.empty());
}

TEST_CASE("a damaged page is found by a thorough check") {
    const PostgresDatabase database;
    auto connection = database.connect();
    connection->execute("create table t as select g from generate_series(1, 5000) g");
    connection->execute("checkpoint");
    const auto path = connection->query_text(
        "select current_setting('data_directory') || '/' || pg_relation_filepath('t')");
    connection.reset();
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path->c_str(), "r+"),
                                                         &std::fclose);
    REQUIRE(file != nullptr);
    std::fseek(file.get(), 8192 + 4000, SEEK_SET);
    std::fputs("damage", file.get());
    file.reset();
    // The server may have the page in memory; of a copied file it has none.
    const auto maintenance = connect_postgres(postgres_url("postgres"));
    const auto copy = database.name() + "_copy";
    maintenance->execute(
        fmt::format("create database {} template {} strategy file_copy", copy, database.name()));

    const auto findings =
        postgres_engine().admin().check(*connect_postgres(postgres_url(copy), true), true);

    REQUIRE(has_rule(findings, "postgres.damaged-table"));
}

TEST_CASE("dropping everything leaves the public schema as it was, with its rights") {
    const PostgresDatabase database;
    const auto connection = database.connect();
    run_script(*connection,
               "revoke all on schema public from public; grant usage on schema public to public; "
               "comment on schema public is 'it''s ours'; create extension hstore; create table t "
               "(h hstore); create function e() returns event_trigger language plpgsql as $$ begin "
               "end $$; create event trigger e on ddl_command_start execute function e(); create "
               "publication p for table t; select lo_create(0); create schema \"Odd One\";");
    const std::string look =
        "select n.nspname, n.nspowner::regrole, n.nspacl::text, obj_description(n.oid) from "
        "pg_namespace n where n.nspname = 'public'";
    const auto before = connection->query_rows(look);

    postgres_engine().admin().drop_all(*connection, false);

    CHECK(connection->query_rows(look) == before);
    CHECK(connection->query_integer(
              "select (select count(*) from pg_extension) + (select count(*) from "
              "pg_event_trigger) + (select count(*) from pg_publication) + (select count(*) from "
              "pg_largeobject_metadata) + (select count(*) from pg_namespace where nspname = 'Odd "
              "One')") == 1);
}

TEST_CASE("dropping everything keeps extensions that the role may not drop") {
    const PasswordRole role("S3cr3tWord");
    const PostgresDatabase database;
    const auto owner = database.connect();
    run_script(*owner, fmt::format("create extension pageinspect; grant create, usage on schema "
                                   "public to {0}; grant create on database {1} to {0};",
                                   role.name(), database.name()));
    const auto url = DatabaseUrl::parse(role.url("S3cr3tWord", database.name()), "/");
    const auto connection = connect_postgres(url);
    run_script(*connection,
               "create table t (id serial primary key); create view v as select * from t; create "
               "type m as enum ('a'); create function f() returns m language sql as $$ select "
               "'a'::m $$; create schema mine; create table mine.u (n int references t);");

    postgres_engine().admin().drop_all(*connection, false);

    const auto catalog = postgres_engine().inspector().inspect(*connection, {});
    CHECK(catalog.tables.empty());
    CHECK(catalog.routines.empty());
    CHECK(catalog.schemas == std::vector<std::string>{"public"});
    CHECK(connection->query_integer("select count(*) from pg_extension") == 2);
    owner->execute(fmt::format("drop owned by {}", role.name()));
}

TEST_CASE("a lock goes with its session, and lets its holder's name go with it") {
    const PostgresDatabase database;
    const auto& admin = postgres_engine().admin();
    const LockOptions options{.holder = "keel first", .wait = {}};
    auto first = database.connect();
    auto lock = admin.acquire_lock(*first, options, QuietContext());
    CHECK(first->query_text("show application_name") == "keel first");
    lock.reset();
    CHECK(first->query_text("show application_name") == "keel");

    lock = admin.acquire_lock(*first, options, QuietContext());
    first.reset();
    CHECK_NOTHROW(lock.reset());
    const auto second = database.connect();
    const LockOptions patient{.holder = "keel second", .wait = std::chrono::seconds(5)};
    CHECK(admin.acquire_lock(*second, patient, QuietContext()) != nullptr);
}

TEST_CASE("whoever waits for the lock does not stand in the way of an index built concurrently") {
    const PostgresDatabase database;
    const auto& admin = postgres_engine().admin();
    const auto holder = database.connect(), waiter = database.connect();
    holder->execute("create table t as select g from generate_series(1, 1000) g");
    const auto lock = admin.acquire_lock(*holder, {.holder = "keel", .wait = {}}, QuietContext());
    std::jthread waiting([&] {
        const LockOptions impatient{.holder = "other", .wait = std::chrono::milliseconds(500)};
        CHECK(kind_of([&] { admin.acquire_lock(*waiter, impatient, QuietContext()); }) ==
              ErrorKind::locked);
    });

    CHECK_NOTHROW(holder->execute("create index concurrently i on t (g)"));
}

TEST_CASE("a database in use is not dropped") {
    const PostgresDatabase database;
    const auto user = database.connect();
    CHECK(kind_of([&] { postgres_engine().admin().drop(database.url()); }) == ErrorKind::locked);
    CHECK(user->query_integer("select 1") == 1);
}

TEST_CASE("volatile functions of users are refused in a read-only session, others are not") {
    const PostgresDatabase database;
    run_script(
        *database.connect(),
        "create table t (id int); create function writes() returns int language sql as 'insert "
        "into t values (1) returning 1'; create function reads() returns bigint stable "
        "language sql as 'select count(*) from t';");
    const auto connection = database.connect(true);

    CHECK(connection->query_integer("select reads()") == 0);
    const auto error = error_of([&] { connection->query_integer("select public.writes()"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::refused);
    CHECK(error->message().find("public.writes") != std::string::npos);
    CHECK(connection->query_text("select to_char(clock_timestamp(), 'YYYY') > '2000'") == "t");
}

TEST_CASE("a typing error in a read-only session is an error of SQL with its place") {
    const PostgresDatabase database;
    const auto connection = database.connect(true);
    const auto error = error_of([&] { connection->execute("select 1 frm t x"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::sql);
    CHECK(error->sql()->offset == 13);
}
