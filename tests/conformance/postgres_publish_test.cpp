#include <doctest/doctest.h>
#include <fmt/format.h>

#include "db/admin.hpp"
#include "db/dumper.hpp"
#include "engines/postgres/engine.hpp"
#include "memory_streams.hpp"
#include "postgres_proxy.hpp"
#include "postgres_support.hpp"
#include "support.hpp"

using namespace keel;
using namespace keel::conformance;

namespace {

const std::string run_id = fresh_run_id();

struct Backup {
    DumpContent content;
    StoredStreams streams;
};

Backup back_up(const PostgresDatabase& database) {
    Backup backup;
    MemoryWriter writer(backup.streams);
    backup.content = postgres_engine().dumper().dump(*database.connect(true), database.url(),
                                                     writer, QuietContext());
    return backup;
}

StagedDatabase stage(const Backup& backup, const DatabaseUrl& target) {
    MemoryReader reader(backup.streams);
    return postgres_engine().dumper().stage(backup.content, reader,
                                            {.target = target, .run_id = run_id}, QuietContext());
}

void make_state(const PostgresDatabase& database, int state) {
    run_script(*database.connect(),
               fmt::format("drop table if exists state; create table state (n int); insert into "
                           "state values ({});",
                           state));
}

std::int64_t state_of(const PostgresDatabase& database) {
    return database.connect()->query_integer("select n from state");
}

bool is_open(const std::string& database) {
    const std::vector<Value> params = {database};
    return connect_postgres(postgres_url("postgres"))
               ->query_text("select datallowconn from pg_database where datname = $1", params) ==
           "t";
}

void recover(const PostgresDatabase& database) {
    const auto& admin = postgres_engine().admin();
    end_sessions_of(run_id);
    // What was swapped is found when that which stood in its way is resolved.
    for (int round = 0; round < 3; ++round)
        for (const auto& leftover : admin.find_leftovers(database.url()))
            admin.resolve(database.url(), leftover);
    CHECK(admin.find_leftovers(database.url()).empty());
    const std::vector<Value> params = {database.name() + "%"};
    CHECK(connect_postgres(postgres_url("postgres"))
              ->query_integer("select count(*) from pg_database where datname like $1", params) ==
          1);
}

}  // namespace

TEST_CASE("wherever a swap is cut off, the old or the new database stands, and recovers") {
    using Where = CuttingProxy::Where;
    struct Cut {
        std::string text;
        bool new_after_server;  ///< cut behind the server's work, is it the new one?
    };
    const std::vector<Cut> cuts = {
        {"connection limit", false},        {"allow_connections false", false},
        {"pg_terminate_backend", false},    {"rename to", false},
        {"comment on database", false},     {"allow_connections true is_template", false},
        {std::string("commit\0", 7), true}, {"drop database", true}};
    const PostgresDatabase source, target;
    make_state(source, 2);
    const auto backup = back_up(source);
    for (const auto& cut : cuts) {
        for (const auto where : {Where::before_server, Where::before_client}) {
            CAPTURE(cut.text);
            CAPTURE(static_cast<int>(where));
            make_state(target, 1);
            auto staged = stage(backup, target.url());
            staged.guard.reset();
            const CuttingProxy proxy(cut.text, where);
            staged.target = proxy.url(target.name());
            const bool is_late = cut.text == "drop database";

            const auto kind =
                kind_of([&] { postgres_engine().admin().publish(staged, QuietContext()); });

            REQUIRE(proxy.has_cut());
            CHECK(kind.has_value() != is_late);
            recover(target);
            const bool is_new = is_late || (cut.new_after_server && where == Where::before_client);
            CHECK(state_of(target) == (is_new ? 2 : 1));
            CHECK(is_open(target.name()));
        }
    }
}

TEST_CASE("a swap keeps what belongs to the database as a whole") {
    const PostgresDatabase source, target;
    make_state(source, 2);
    make_state(target, 1);
    const auto admin_session = connect_postgres(postgres_url("postgres"));
    admin_session->execute("drop role if exists t_reader");
    admin_session->execute("create role t_reader");
    for (const std::string form :
         {"alter database {} set search_path = \"$user\", public, \"odd,name\"",
          "alter database {} set work_mem = '5MB'",
          "alter role t_reader in database {} set "
          "statement_timeout = '7s'",
          "alter database {} connection limit 17", "comment on database {} is 'the shop''s'",
          "revoke connect on database {} from public",
          "grant connect, temporary on database {} to t_reader with grant option"})
        admin_session->execute(fmt::format(fmt::runtime(form), target.name()));
    const auto state = [&] {
        const std::vector<Value> params = {target.name()};
        return admin_session->query_rows(
            "select (select string_agg(a::text, ' ' order by a::text) from unnest(datacl) a), "
            "datconnlimit, datallowconn, shobj_description(d.oid, "
            "'pg_database'), (select string_agg(setrole::regrole || setconfig::text, ';' order by "
            "setrole) from pg_db_role_setting where setdatabase = d.oid) from pg_database d where "
            "datname = $1",
            params);
    };
    const auto before = state();

    postgres_engine().admin().publish(stage(back_up(source), target.url()), QuietContext());

    CHECK(state() == before);
    CHECK(state_of(target) == 2);
    drop_postgres_databases(target.name());
    admin_session->execute("drop role t_reader");
}

TEST_CASE("a database that was not there gets from the backup what belongs to it as a whole") {
    const PostgresDatabase source;
    make_state(source, 2);
    const auto admin_session = connect_postgres(postgres_url("postgres"));
    admin_session->execute(fmt::format("alter database {} set work_mem = '5MB'", source.name()));
    admin_session->execute(fmt::format("comment on database {} is 'mine'", source.name()));
    const auto backup = back_up(source);
    const PostgresDatabase target;
    drop_postgres_databases(target.name());

    postgres_engine().admin().publish(stage(backup, target.url()), QuietContext());

    CHECK(target.connect()->query_text("show work_mem") == "5MB");
    CHECK(target.connect()->query_text("select shobj_description(oid, 'pg_database') from "
                                       "pg_database where datname = current_database()") == "mine");
}

TEST_CASE("a swap ends the sessions of the old database") {
    const PostgresDatabase source, target;
    make_state(source, 2);
    make_state(target, 1);
    const auto user = target.connect();

    postgres_engine().admin().publish(stage(back_up(source), target.url()), QuietContext());

    CHECK(error_of([&] { user->query_integer("select n from state"); }));
    CHECK(state_of(target) == 2);
}

TEST_CASE("a database with a replication slot is not swapped away") {
    const PostgresDatabase source, target;
    make_state(source, 2);
    make_state(target, 1);
    const auto session = target.connect();
    const auto made = error_of([&] {
        session->query_text("select pg_create_logical_replication_slot('t_slot', 'pgoutput')");
    });
    if (made) return;  // the server's wal_level does not allow logical slots

    const auto error = error_of([&] {
        postgres_engine().admin().publish(stage(back_up(source), target.url()), QuietContext());
    });

    session->query_text("select pg_drop_replication_slot('t_slot')");
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::refused);
    CHECK(state_of(target) == 1);
}

TEST_CASE("a restore that is at work is no leftover, and becomes one when it dies") {
    const PostgresDatabase source, target;
    make_state(source, 2);
    const auto& admin = postgres_engine().admin();
    auto staged = stage(back_up(source), target.url());

    CHECK(admin.find_leftovers(target.url()).empty());
    staged.guard.reset();
    for (int round = 0; round < 100 && admin.find_leftovers(target.url()).empty(); ++round) {
    }

    const auto leftovers = admin.find_leftovers(target.url());
    REQUIRE(leftovers.size() == 1);
    CHECK(leftovers[0].kind == Leftover::Kind::staged);
    CHECK(leftovers[0].run_id == run_id);
    recover(target);
}
