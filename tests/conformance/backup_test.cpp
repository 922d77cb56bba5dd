#include <doctest/doctest.h>

#include "db/admin.hpp"
#include "db/dialect.hpp"
#include "db/dumper.hpp"
#include "db/inspector.hpp"
#include "fixture.hpp"
#include "memory_streams.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

struct Backup {
    DumpContent content;
    StoredStreams streams;
};

void run(EngineFixture& fixture, Connection& connection, std::string_view script) {
    connection.run_script(fixture.engine().dialect().split(script).statements);
}

Backup back_up(EngineFixture& fixture, const DatabaseUrl& url) {
    Backup backup;
    MemoryWriter writer(backup.streams);
    const auto connection = fixture.connect(url, true);
    backup.content = fixture.engine().dumper().dump(*connection, url, writer, QuietContext());
    return backup;
}

StagedDatabase stage(EngineFixture& fixture, const Backup& backup, const DatabaseUrl& target) {
    MemoryReader reader(backup.streams);
    return fixture.engine().dumper().stage(
        backup.content, reader, {.target = target, .run_id = fresh_run_id()}, QuietContext());
}

DatabaseUrl make_tortured(EngineFixture& fixture) {
    auto url = fixture.make_database();
    run(fixture, *fixture.connect(url), fixture.samples().torture_script);
    return url;
}

void check_equal(const DumpContent& left, const DumpContent& right) {
    CHECK(left.schema_fingerprint == right.schema_fingerprint);
    REQUIRE(left.tables.size() == right.tables.size());
    for (std::size_t at = 0; at < left.tables.size(); ++at) {
        CAPTURE(left.tables[at].name);
        CHECK(left.tables[at].name == right.tables[at].name);
        CHECK(left.tables[at].rows == right.tables[at].rows);
        CHECK(left.tables[at].digest == right.tables[at].digest);
    }
}

}  // namespace

TEST_CASE("the ugliest database comes back from its backup as it was, where there was none") {
    for_each_engine([](EngineFixture& fixture) {
        const auto source = make_tortured(fixture);
        const auto backup = back_up(fixture, source);
        REQUIRE_FALSE(backup.content.tables.empty());
        const auto target = fixture.new_address();

        const auto staged = stage(fixture, backup, target);
        CHECK_FALSE(fixture.engine().admin().exists(target));
        fixture.engine().admin().publish(staged, QuietContext());

        check_equal(backup.content, back_up(fixture, target).content);
        CHECK(fixture.engine().admin().check(*fixture.connect(target, true), true).empty());
        CHECK(fixture.engine().admin().find_leftovers(target).empty());
    });
}

TEST_CASE("a restored database replaces what was there, all of it") {
    for_each_engine([](EngineFixture& fixture) {
        const auto backup = back_up(fixture, make_tortured(fixture));
        const auto target = fixture.make_database();
        run(fixture, *fixture.connect(target),
            "create table old (n integer); insert into old values (1);");

        auto staged = stage(fixture, backup, target);
        CHECK(fixture.connect(target, true)->query_integer("select n from old") == 1);
        fixture.engine().admin().publish(staged, QuietContext());
        staged.guard.reset();

        check_equal(backup.content, back_up(fixture, target).content);
        CHECK(error_of([&] { fixture.connect(target, true)->query_integer("select n from old"); }));
        for (const auto& leftover : fixture.engine().admin().find_leftovers(target)) {
            CHECK(leftover.kind == Leftover::Kind::replaced);
        }
    });
}

TEST_CASE("a backup is one state, though others go on writing") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        const auto writer = fixture.connect(url);
        run(fixture, *writer, "create table t (n integer); insert into t values (1);");
        const auto before = back_up(fixture, url);

        writer->execute("insert into t values (2)");
        const auto after = back_up(fixture, url);

        CHECK(before.content.schema_fingerprint == after.content.schema_fingerprint);
        REQUIRE(before.content.tables.size() == 1);
        CHECK(before.content.tables[0].rows == 1);
        CHECK(after.content.tables[0].rows == 2);
    });
}

TEST_CASE("a backup whose rows are not what it says is not restored, and nothing is left of it") {
    for_each_engine([](EngineFixture& fixture) {
        auto backup = back_up(fixture, make_tortured(fixture));
        const auto target = fixture.make_database();
        run(fixture, *fixture.connect(target), "create table mine (n integer);");
        TableContent& table = backup.content.tables.front();
        // Pages are compared as they are read: SQLite's backups count the rows of a table only.
        if (table.digest.empty())
            ++table.rows;
        else
            table.digest[0] = table.digest[0] == '0' ? '1' : '0';

        CHECK(kind_of([&] { stage(fixture, backup, target); }) == ErrorKind::integrity);

        CHECK(fixture.engine().admin().find_leftovers(target).empty());
        CHECK(fixture.connect(target, true)->query_integer("select count(*) from mine") == 0);
    });
}

TEST_CASE("a staged database can be given up") {
    for_each_engine([](EngineFixture& fixture) {
        const auto backup = back_up(fixture, make_tortured(fixture));
        const auto target = fixture.make_database();

        auto staged = stage(fixture, backup, target);
        fixture.engine().admin().discard(staged);
        staged.guard.reset();

        CHECK(fixture.engine().admin().find_leftovers(target).empty());
    });
}

TEST_CASE("what a killed restore left is found, and resolved for good") {
    for_each_engine([](EngineFixture& fixture) {
        const auto& admin = fixture.engine().admin();
        const auto target = fixture.make_database();
        run(fixture, *fixture.connect(target),
            "create table mine (n integer); insert into mine values (5);");
        fixture.leave_behind(target);

        const auto leftovers = admin.find_leftovers(target);
        REQUIRE_FALSE(leftovers.empty());
        for (const auto& leftover : leftovers) {
            CHECK_FALSE(leftover.run_id.empty());
            CHECK_FALSE(leftover.advice.empty());
            admin.resolve(target, leftover);
            admin.resolve(target, leftover);
        }

        CHECK(admin.find_leftovers(target).empty());
        CHECK(fixture.connect(target, true)->query_integer("select n from mine") == 5);
    });
}

TEST_CASE("a restore of another database is no leftover of this one") {
    for_each_engine([](EngineFixture& fixture) {
        const auto mine = fixture.make_database();
        fixture.leave_behind(fixture.make_database());

        CHECK(fixture.engine().admin().find_leftovers(mine).empty());
    });
}

TEST_CASE("an empty database has a backup too") {
    for_each_engine([](EngineFixture& fixture) {
        const auto backup = back_up(fixture, fixture.make_database());
        const auto target = fixture.new_address();

        fixture.engine().admin().publish(stage(fixture, backup, target), QuietContext());

        CHECK(fixture.engine()
                  .inspector()
                  .inspect(*fixture.connect(target, true), {})
                  .tables.empty());
    });
}

TEST_CASE("a stop request ends a backup") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = make_tortured(fixture);
        const auto connection = fixture.connect(url, true);
        std::stop_source stop;
        stop.request_stop();
        const SystemClock clock;
        const Context context{stop.get_token(), no_progress(), no_logger(), clock};
        StoredStreams streams;
        MemoryWriter writer(streams);

        CHECK(kind_of([&] { fixture.engine().dumper().dump(*connection, url, writer, context); }) ==
              ErrorKind::cancelled);
    });
}

}  // namespace keel::conformance
