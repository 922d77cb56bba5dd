#include "db/table_archive.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "base/digest.hpp"
#include "db/admin.hpp"
#include "db/copier.hpp"
#include "db/dialect.hpp"
#include "db/dumper.hpp"
#include "db/schema_tools.hpp"
#include "db/unpublished.hpp"
#include "fixture.hpp"
#include "memory_streams.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

using Tables = std::map<TableName, std::pair<std::uint64_t, std::string>>;

void run(EngineFixture& fixture, const DatabaseUrl& url, std::string_view script) {
    fixture.connect(url)->run_script(fixture.engine().dialect().split(script).statements);
}

DatabaseUrl make_tortured(EngineFixture& fixture) {
    auto url = fixture.make_database();
    run(fixture, url, fixture.samples().torture_script);
    return url;
}

Tables rows_of(EngineFixture& fixture, const DatabaseUrl& url) {
    Tables tables;
    const ConnectOptions source{.url = url, .ignore_ambient = true};
    for (const auto& table : fixture.engine().copier().digest(source, QuietContext()))
        tables[{table.schema, table.name}] = {table.rows, table.digest};
    return tables;
}

SchemaModel schema_of(EngineFixture& fixture, const DatabaseUrl& url) {
    return fixture.engine().schema_tools().read(*fixture.connect(url, true));
}

struct TableBackup {
    DumpContent content;
    StoredStreams streams;
};

TableBackup back_up_tables(EngineFixture& fixture, const DatabaseUrl& url) {
    TableBackup backup;
    MemoryWriter writer(backup.streams);
    const auto connection = fixture.connect(url, true);
    const auto& archive = fixture.engine().table_archive();
    backup.content =
        archive.dump(*connection, url, archive.list(*connection), writer, QuietContext());
    return backup;
}

TableBackup back_up_whole(EngineFixture& fixture, const DatabaseUrl& url) {
    TableBackup backup;
    MemoryWriter writer(backup.streams);
    const auto connection = fixture.connect(url, true);
    backup.content = fixture.engine().dumper().dump(*connection, url, writer, QuietContext());
    return backup;
}

/// All tables of `backup` take the place of those that are there.
void restore_all(EngineFixture& fixture, const TableBackup& backup, const DatabaseUrl& url) {
    MemoryReader reader(backup.streams);
    const QuietContext context;
    const auto restorer = fixture.engine().table_archive().prepare(
        {.content = backup.content, .streams = reader, .target = url, .run_id = fresh_run_id()},
        context);
    std::vector<TableName> all;
    const auto connection = fixture.connect(url);
    const auto present = fixture.engine().table_archive().list(*connection);
    for (auto& table : restorer->known())
        if (std::ranges::find(present, table) != present.end()) all.push_back(std::move(table));
    CHECK(restorer->look(*connection, {.tables = all}).obstacles.empty());
    restorer->run(*connection, {.tables = all});
}

}  // namespace

TEST_CASE("all tables of the ugliest database come back from a backup of tables as they were") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = make_tortured(fixture);
        const auto rows = rows_of(fixture, url);
        const auto schema = schema_of(fixture, url);
        const auto backup = back_up_tables(fixture, url);
        CHECK(is_of_tables(backup.content));

        restore_all(fixture, backup, url);

        CHECK(rows_of(fixture, url) == rows);
        for (const auto& difference : differences(schema, schema_of(fixture, url)))
            FAIL_CHECK(difference.kind << " " << difference.name << " differs");
    });
}

TEST_CASE("all tables of the ugliest database come back from a whole backup as they were") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = make_tortured(fixture);
        const auto rows = rows_of(fixture, url);
        const auto schema = schema_of(fixture, url);
        const auto backup = back_up_whole(fixture, url);

        restore_all(fixture, backup, url);

        CHECK(rows_of(fixture, url) == rows);
        for (const auto& difference : differences(schema, schema_of(fixture, url)))
            FAIL_CHECK(difference.kind << " " << difference.name << " differs");
    });
}

TEST_CASE("a backup of tables whose rows are not what they were is refused and changes nothing") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        run(fixture, url, "create table t (n integer); insert into t values (1), (2);");
        auto backup = back_up_tables(fixture, url);
        backup.content.tables.front().digest = RowDigest().hex();
        run(fixture, url, "insert into t values (3);");

        CHECK(kind_of([&] { restore_all(fixture, backup, url); }) == ErrorKind::integrity);
        CHECK(fixture.connect(url, true)->query_integer("select count(*) from t") == 3);
    });
}

TEST_CASE("a backup of tables comes back in a database of its own") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        run(fixture, url,
            "create table a (id integer primary key);"
            "create table b (a integer references a (id));"
            "insert into a values (1); insert into b values (1);");
        TableBackup backup;
        {
            MemoryWriter writer(backup.streams);
            const auto connection = fixture.connect(url, true);
            const auto& archive = fixture.engine().table_archive();
            auto tables = archive.list(*connection);
            std::erase_if(tables, [](const TableName& table) { return table.name != "b"; });
            backup.content = archive.dump(*connection, url, tables, writer, QuietContext());
        }
        MemoryReader reader(backup.streams);
        const Unpublished staged(fixture.engine().admin(),
                                 fixture.engine().table_archive().stage({.content = backup.content,
                                                                         .streams = reader,
                                                                         .target = url,
                                                                         .run_id = fresh_run_id()},
                                                                        QuietContext()));
        const auto connection = fixture.connect((*staged).url, true);
        CHECK(connection->query_integer("select sum(a) from b") == 1);
        CHECK(fixture.engine().table_archive().list(*connection).size() == 1);
    });
}

TEST_CASE("a partition whose rows are saved with its table's does not come back alone") {
    const auto fixture = make_postgres_fixture();
    if (!fixture) return;
    const auto url = fixture->make_database();
    run(*fixture, url,
        "create table h (n integer) partition by hash (n);"
        "create table h0 partition of h for values with (modulus 1, remainder 0);"
        "insert into h values (1), (2);");
    const auto backup = back_up_whole(*fixture, url);
    MemoryReader reader(backup.streams);
    const QuietContext context;
    const auto restorer = fixture->engine().table_archive().prepare(
        {.content = backup.content, .streams = reader, .target = url, .run_id = fresh_run_id()},
        context);
    const auto connection = fixture->connect(url);
    const TableSelection part{.tables = {{"public", "h0"}}};
    CHECK(restorer->look(*connection, part).obstacles.size() == 1);
    CHECK(kind_of([&] { restorer->run(*connection, part); }) == ErrorKind::refused);
    CHECK(connection->query_integer("select count(*) from h") == 2);
    restorer->run(*connection, {.tables = {{"public", "h"}}});
    CHECK(connection->query_integer("select count(*) from h") == 2);
}

TEST_CASE("sequences of a table count on from where they were, and back when it is undone") {
    const auto fixture = make_postgres_fixture();
    if (!fixture) return;
    const auto url = fixture->make_database();
    run(*fixture, url,
        "create sequence shared; create table t (id bigserial primary key, n bigint default "
        "nextval('shared'), i integer generated always as identity);"
        "insert into t default values; insert into t default values;"
        "create table other (t bigint references t (id));");
    const auto backup = back_up_whole(*fixture, url);
    run(*fixture, url, "insert into t default values; insert into t default values;");
    MemoryReader reader(backup.streams);
    const QuietContext context;
    const auto restorer = fixture->engine().table_archive().prepare(
        {.content = backup.content, .streams = reader, .target = url, .run_id = fresh_run_id()},
        context);
    const TableSelection only{.tables = {{"public", "t"}}};

    // A row of another table refers to one that is not in the backup: all is undone.
    run(*fixture, url, "insert into other values (4);");
    const auto connection = fixture->connect(url);
    const auto error = error_of([&] { restorer->run(*connection, only); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::refused);
    CHECK(error->message().find("other") != std::string::npos);
    CHECK(connection->query_integer("select last_value from t_id_seq") == 4);
    CHECK(connection->query_integer("select count(*) from t") == 4);

    run(*fixture, url, "delete from other;");
    restorer->run(*connection, only);
    CHECK(connection->query_integer("insert into t default values returning id") == 3);
    CHECK(connection->query_integer("select i from t where id = 3") == 3);
    CHECK(connection->query_integer("select n from t where id = 3") == 5);  // never set back
    CHECK(kind_of([&] { connection->execute("insert into other values (9)"); }) ==
          ErrorKind::constraint);
}

}  // namespace keel::conformance
