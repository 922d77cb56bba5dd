#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "db/admin.hpp"
#include "db/dumper.hpp"
#include "db/inspector.hpp"
#include "memory_streams.hpp"
#include "postgres_password.hpp"
#include "postgres_support.hpp"
#include "support.hpp"
#include "support/scoped_variable.hpp"
#include "support/temporary_directory.hpp"

using namespace keel;
using namespace keel::conformance;

namespace {

struct Backup {
    DumpContent content;
    StoredStreams streams;
};

Backup back_up(const DatabaseUrl& url) {
    Backup backup;
    MemoryWriter writer(backup.streams);
    backup.content =
        postgres_engine().dumper().dump(*connect_postgres(url, true), url, writer, QuietContext());
    return backup;
}

void restore(const Backup& backup, const DatabaseUrl& target) {
    MemoryReader reader(backup.streams);
    const auto staged = postgres_engine().dumper().stage(
        backup.content, reader, {.target = target, .run_id = fresh_run_id()}, QuietContext());
    postgres_engine().admin().publish(staged, QuietContext());
}

/// A pg_dump that does what a shell script says; found before every other.
class FakePgDump {
  public:
    explicit FakePgDump(const std::string& script)
        : path_("PATH", directory_.path().native() + ":" + std::getenv("PATH")) {
        write_file_atomically(directory_.path() / "pg_dump", "#!/bin/sh\n" + script, 0755);
    }
    std::filesystem::path folder() const { return directory_.path(); }

  private:
    TemporaryDirectory directory_;
    ScopedVariable path_;
};

std::string real_pg_dump() {
    std::filesystem::path newest;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql"))
        newest = std::max(newest, entry.path() / "bin" / "pg_dump");
    return newest.native();
}

}  // namespace

TEST_CASE("what cannot be seen in rows comes back too: unchecked constraints, disabled triggers") {
    const PostgresDatabase source, target;
    run_script(*source.connect(),
               "create table t (id int); insert into t values (-1); alter table t add constraint "
               "positive check (id > 0) not valid; create function f() returns trigger language "
               "plpgsql as $$ begin raise 'fired'; end $$; create trigger g before insert on t for "
               "each row execute function f(); alter table t disable trigger g; create trigger h "
               "before insert on t for each row execute function f();");

    restore(back_up(source.url()), target.url());

    const auto catalog = postgres_engine().inspector().inspect(*target.connect(), {});
    REQUIRE(catalog.tables.size() == 1);
    const auto& table = catalog.tables[0];
    REQUIRE(table.constraints.size() == 1);
    CHECK_FALSE(table.constraints[0].validated);
    REQUIRE(table.triggers.size() == 2);
    CHECK_FALSE(table.triggers[0].enabled);
    CHECK(table.triggers[1].enabled);
}

TEST_CASE("a large table is stored in parts, by several workers, and comes back whole") {
    const PostgresDatabase source, target;
    // Few rows on each page make it large.
    run_script(*source.connect(),
               "create table large (id int8 primary key, at timestamptz, n numeric, t text) with "
               "(fillfactor = 10); insert into large select i, 'epoch'::timestamptz + i * interval "
               "'1 s', i / 7.0, case when i % 3 > 0 then repeat('x', i % 90) end from "
               "generate_series(1, 90000) i; create table small (v xml); insert into small values "
               "('<a/>'), (null)");
    const auto backup = back_up(source.url());

    const auto& stored = backup.content.details.at("tables").as_array();
    CHECK(stored.at(0).integer_or("parts", 0) >= 2);
    CHECK(stored.at(0).string_or("form", "") == "binary");
    CHECK(stored.at(1).integer_or("parts", 0) == 1);
    CHECK(stored.at(1).string_or("form", "") == "text");
    CHECK(backup.streams.at("table/1/2").size() > 1000);

    restore(backup, target.url());
    const std::string sum = "select count(*) || ' ' || sum(hashtext(large::text)::int8) from large";
    CHECK(target.connect()->query_text(sum) == source.connect()->query_text(sum));
    CHECK(target.connect()->query_integer("select count(*) from small where v is null") == 1);
}

TEST_CASE("a backup of an earlier format, rows as lines in one stream, is still restored") {
    const PostgresDatabase source, target;
    run_script(*source.connect(),
               "create table t (id int, name text); insert into t values (1, E'a\tb'), (2, null)");
    auto backup = back_up(source.url());
    const std::vector<std::string> lines = {"1\ta\\tb\n", "2\t\\N\n"};
    RowDigest digest;
    auto& stream = backup.streams["table/1"];
    for (const auto& line : lines) {
        digest.add(as_bytes(line));
        stream.insert(stream.end(), as_bytes(line).begin(), as_bytes(line).end());
    }
    backup.content.tables.at(0).digest = digest.hex();
    backup.content.details.set("tables", Json::array({Json::object()}));
    backup.streams.erase("table/1/1");

    restore(backup, target.url());
    CHECK(target.connect()->query_text("select string_agg(id || coalesce(name, '-'), ',' order by "
                                       "id) from t") == "1a\tb,2-");
}

TEST_CASE("sequences go on where they stood, also those nobody has used") {
    const PostgresDatabase source, target;
    run_script(*source.connect(),
               "create table t (id bigint generated always as identity, n int); insert into t (n) "
               "values (1), (2); create sequence unused start 7; create sequence used; select "
               "setval('used', 99);");

    restore(back_up(source.url()), target.url());

    const auto connection = target.connect();
    CHECK(connection->query_integer("insert into t (n) values (3) returning id") == 3);
    CHECK(connection->query_integer("select nextval('unused')") == 7);
    CHECK(connection->query_integer("select nextval('used')") == 100);
}

TEST_CASE("large objects come back with their numbers, contents and owners") {
    const PostgresDatabase source, target;
    source.connect()->query_text(
        "select lo_from_bytea(60001, decode(repeat('00ff41', 800000), 'hex')), lo_create(60002)");
    const std::string look =
        "select string_agg(m.oid || ' ' || lomowner::regrole || ' ' || md5(lo_get(m.oid)), ',' "
        "order by m.oid) from pg_largeobject_metadata m";
    const auto before = source.connect()->query_text(look);

    restore(back_up(source.url()), target.url());

    CHECK(target.connect()->query_text(look) == before);
}

TEST_CASE("a backup in the middle of another transaction sees what is committed, not that") {
    const PostgresDatabase source;
    const auto connection = source.connect();
    connection->execute("create table t (id int)");
    connection->begin({});
    connection->execute("insert into t values (1)");
    StoredStreams streams;
    MemoryWriter writer(streams);

    const auto content =
        postgres_engine().dumper().dump(*connection, source.url(), writer, QuietContext());

    CHECK(content.tables.at(0).rows == 0);
    CHECK(connection->in_transaction());
    connection->rollback();
}

TEST_CASE("rows that row level security hides stop a backup instead of missing from it") {
    const PasswordRole role("S3cr3tWord");
    const PostgresDatabase source;
    const auto owner = source.connect();
    run_script(*owner, fmt::format("create table t (id int); alter table t enable row level "
                                   "security; grant select on t to {};",
                                   role.name()));
    const auto url = DatabaseUrl::parse(role.url("S3cr3tWord", source.name()), "/");

    const auto error = failure_of([&] { back_up(url); });

    CHECK(error.message().find("row-level security") != std::string::npos);
    owner->execute(fmt::format("drop owned by {}", role.name()));
}

TEST_CASE("no secret reaches pg_dump's arguments or environment, yet it gets the password") {
    const PasswordRole role("S3cr3t:W\\rd");
    const PostgresDatabase source;
    const auto owner = source.connect();
    owner->execute(fmt::format("grant all on database {} to {}", source.name(), role.name()));
    const FakePgDump fake(fmt::format(
        "d=$(dirname \"$0\"); [ \"$1\" = --version ] || {{ printf '%s\\n' \"$@\" >>$d/seen; "
        "cat /proc/$$/environ >>$d/seen; cat \"$PGPASSFILE\" >>$d/password; }}\nexec {} \"$@\"\n",
        real_pg_dump()));
    const ScopedVariable ambient("PGPASSWORD", "An0therS3cret");
    const auto url = DatabaseUrl::parse(role.url("S3cr3t%3AW%5Crd", source.name()), "/");

    const auto backup = back_up(url);

    CHECK_FALSE(backup.streams.at("pre-data").empty());
    const auto seen = read_file(fake.folder() / "seen");
    CHECK(seen.find("--section=pre-data") != std::string::npos);
    CHECK(seen.find("S3cr3t") == std::string::npos);
    CHECK(seen.find("An0ther") == std::string::npos);
    CHECK(read_file(fake.folder() / "password").starts_with("*:*:*:*:S3cr3t\\:W\\\\rd\n"));
    owner->execute(fmt::format("drop owned by {}", role.name()));
}

TEST_CASE("a pg_dump that is older than the server is passed over") {
    const PostgresDatabase source;
    const FakePgDump fake("echo 'pg_dump (PostgreSQL) 9.6.24'; touch $(dirname \"$0\")/asked\n");
    CHECK_FALSE(back_up(source.url()).content.tool_version.starts_with("9."));
    CHECK(std::filesystem::exists(fake.folder() / "asked"));
}

TEST_CASE("a pg_dump that fails, dies or stops in the middle makes no backup") {
    const PostgresDatabase source;
    const std::string version =
        "[ \"$1\" != --version ] || { echo 'pg_dump (PostgreSQL) 99.1'; exit 0; }\n";
    struct Fault {
        std::string script;
        std::string said;
    };
    for (const auto& fault : std::vector<Fault>{
             {"echo 'pg_dump: error: no luck' >&2; exit 1", "no luck"},
             {"echo '-- PostgreSQL database dump'; exit 0", "without the line"},
             {"exit 0", "without the line"},
             {"echo '-- PostgreSQL database dump complete'; exit 3", "failed (3)"},
             {"echo '-- PostgreSQL database dump complete'; kill -9 $$", "killed"}}) {
        CAPTURE(fault.script);
        const FakePgDump fake(version + fault.script + "\n");
        const auto error = failure_of([&] { back_up(source.url()); });
        CHECK(error.kind() == ErrorKind::io);
        CHECK(error.message().find(fault.said) != std::string::npos);
    }
}

TEST_CASE("a role that may not make databases is told so before anything is done") {
    const PasswordRole role("S3cr3tWord");
    const PostgresDatabase source;
    const auto owner = source.connect();
    owner->execute(fmt::format("alter role {} nocreatedb", role.name()));
    const auto target = DatabaseUrl::parse(role.url("S3cr3tWord", source.name()), "/");

    const auto error = failure_of([&] { restore(back_up(source.url()), target); });

    CHECK(error.kind() == ErrorKind::config);
    CHECK(error.hint() == fmt::format("as a superuser: alter role \"{}\" createdb", role.name()));
}

TEST_CASE("a schema that cannot be restored leaves nothing behind, and says which part it was") {
    const PostgresDatabase source, target;
    source.connect()->execute("create table t (id int)");
    auto backup = back_up(source.url());
    auto& script = backup.streams.at("post-data");
    const std::string_view bad = "\nalter table nothing owner to nobody;\n";
    const auto bytes = as_bytes(bad);
    script.insert(script.end(), bytes.begin(), bytes.end());

    const auto error = failure_of([&] { restore(backup, target.url()); });

    CHECK(error.kind() == ErrorKind::sql);
    REQUIRE_FALSE(error.trail().empty());
    CHECK(error.trail()[0] == "restore the schema (post-data)");
    CHECK(postgres_engine().admin().find_leftovers(target.url()).empty());
}

TEST_CASE("settings of a newer pg_dump that the server does not know are passed over") {
    const PostgresDatabase source, target;
    source.connect()->execute("create table t (id int)");
    auto backup = back_up(source.url());
    auto& script = backup.streams.at("pre-data");
    const auto bytes = as_bytes(std::string_view("SET setting_of_the_future = 0;\n"));
    script.insert(script.begin(), bytes.begin(), bytes.end());

    CHECK_NOTHROW(restore(backup, target.url()));
}

TEST_CASE("every table has statistics after a restore, partitions too, and their whole as before") {
    const PostgresDatabase source, target;
    run_script(*source.connect(),
               "create table p (id int) partition by range (id); create table p1 partition of p "
               "for values from (0) to (100); create table t (id int); insert into p select "
               "generate_series(1, 50); insert into t select generate_series(1, 50)");
    const std::string known =
        "select string_agg(distinct tablename || case when inherited then '*' else '' end, ',') "
        "from pg_stats where schemaname = 'public'";
    restore(back_up(source.url()), target.url());
    CHECK(target.connect()->query_text(known) == "p1,t");
    source.connect()->execute("analyze p");
    restore(back_up(source.url()), target.url());
    CHECK(target.connect()->query_text(known) == "p*,p1,t");
}
