#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>

#include "db/admin.hpp"
#include "db/copier.hpp"
#include "db/dialect.hpp"
#include "db/dumper.hpp"
#include "db/inspector.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

/// Calls `act` at the first progress event of the copy.
class ActAtOnce final : public Progress {
  public:
    explicit ActAtOnce(std::function<void()> act) : act_(std::move(act)) {}
    void on(const ProgressEvent& event) override {
        if (event.phase == "copy" && !done_.exchange(true)) act_();
    }
    bool has_acted() const { return done_; }

  private:
    std::function<void()> act_;
    std::atomic<bool> done_ = false;
};

void run(EngineFixture& fixture, const DatabaseUrl& url, std::string_view script) {
    fixture.connect(url)->run_script(fixture.engine().dialect().split(script).statements);
}

ConnectOptions reading(const DatabaseUrl& url) {
    return {.url = url, .ignore_ambient = true};
}

StageOptions beside(const DatabaseUrl& target) {
    return {.target = target, .run_id = fresh_run_id()};
}

CopiedDatabase copy(EngineFixture& fixture, const DatabaseUrl& source, const DatabaseUrl& target,
                    TableFilter leaves_out = {}) {
    const auto from = reading(source);
    auto copied = fixture.engine().copier().stage(
        {.source = from, .to = beside(target), .leaves_out = std::move(leaves_out)},
        QuietContext());
    fixture.engine().admin().publish(copied.staged, QuietContext());
    copied.staged.guard.reset();
    return copied;
}

using Tables = std::map<std::string, std::pair<std::uint64_t, std::string>>;

Tables digest(EngineFixture& fixture, const DatabaseUrl& url) {
    Tables tables;
    for (const auto& table : fixture.engine().copier().digest(reading(url), QuietContext()))
        tables[table.schema + "." + table.name] = {table.rows, table.digest};
    return tables;
}

std::string fingerprint(EngineFixture& fixture, const DatabaseUrl& url) {
    return fixture.engine().inspector().fingerprint(*fixture.connect(url, true));
}

}  // namespace

TEST_CASE("a copy of the ugliest database is equal to it, whether or not something was there") {
    for_each_engine([](EngineFixture& fixture) {
        const auto source = fixture.make_database();
        run(fixture, source, fixture.samples().torture_script);
        const auto before = digest(fixture, source);
        const auto target = fixture.new_address();

        for (int round = 0; round < 2; ++round) {
            const auto copied = copy(fixture, source, target);

            CHECK(copied.has_exact_rows);
            CHECK(digest(fixture, target) == digest(fixture, source));
            CHECK(fingerprint(fixture, target) == fingerprint(fixture, source));
            CHECK(fixture.engine().admin().check(*fixture.connect(target, true), true).empty());
            CHECK(fixture.engine().admin().find_leftovers(target).empty());
        }
        CHECK(digest(fixture, source) == before);
    });
}

TEST_CASE("a copy has one state of a source that is written to meanwhile") {
    for_each_engine([](EngineFixture& fixture) {
        const auto source = fixture.make_database();
        run(fixture, source,
            "create table a (n integer); create table b (n integer); "
            "insert into a values (1); insert into b values (1);");
        const auto target = fixture.new_address();
        SystemClock clock;
        ActAtOnce progress([&] {
            run(fixture, source,
                "begin; insert into a values (2); insert into b values (2); commit;");
        });
        const Context context{{}, progress, no_logger(), clock};
        const auto from = reading(source);

        const auto copied =
            fixture.engine().copier().stage({.source = from, .to = beside(target)}, context);
        fixture.engine().admin().publish(copied.staged, QuietContext());

        REQUIRE(progress.has_acted());
        CHECK(fixture.connect(source, true)->query_integer("select count(*) from a") == 2);
        const auto copy = fixture.connect(target, true);
        CHECK(copy->query_integer("select count(*) from a") == 1);
        CHECK(copy->query_integer("select count(*) from b") == 1);
    });
}

TEST_CASE("a copy that is stopped leaves the target as it was, and nothing beside it") {
    for_each_engine([](EngineFixture& fixture) {
        const auto source = fixture.make_database();
        run(fixture, source, fixture.samples().torture_script);
        const auto target = fixture.make_database();
        run(fixture, target, "create table old (n integer); insert into old values (7);");
        std::stop_source stop;
        SystemClock clock;
        ActAtOnce progress([&] { stop.request_stop(); });
        const Context context{stop.get_token(), progress, no_logger(), clock};
        const auto from = reading(source);

        CHECK(kind_of([&] {
                  fixture.engine().copier().stage({.source = from, .to = beside(target)}, context);
              }) == ErrorKind::cancelled);

        CHECK(fixture.connect(target, true)->query_integer("select n from old") == 7);
        CHECK(fixture.engine().admin().find_leftovers(target).empty());
    });
}

TEST_CASE("what a killed copy leaves beside the target is found, and goes") {
    for_each_engine([](EngineFixture& fixture) {
        const auto source = fixture.make_database(), target = fixture.make_database();
        run(fixture, source, "create table t (n integer); insert into t values (1);");
        run(fixture, target, "create table state (n integer); insert into state values (7);");
        const auto& admin = fixture.engine().admin();
        const auto from = reading(source);
        auto copied =
            fixture.engine().copier().stage({.source = from, .to = beside(target)}, QuietContext());
        // As long as the run lives it is at work, and nobody's leftover.
        CHECK(admin.find_leftovers(target).empty());

        copied.staged.guard.reset();

        const auto leftovers = admin.find_leftovers(target);
        REQUIRE(leftovers.size() == 1);
        CHECK(leftovers[0].kind == Leftover::Kind::staged);
        admin.resolve(target, leftovers[0]);
        CHECK(admin.find_leftovers(target).empty());
        CHECK(fixture.connect(target, true)->query_integer("select n from state") == 7);
    });
}

TEST_CASE("rows of tables that are left out do not come along, everything else does") {
    for_each_engine([](EngineFixture& fixture) {
        const auto source = fixture.make_database();
        run(fixture, source,
            "create table kept (n integer primary key); create table log (n integer, "
            "kept integer references kept (n)); insert into kept values (1), (2); "
            "insert into log values (1, 1), (2, 2), (3, 1);");
        const auto target = fixture.new_address();

        copy(fixture, source, target,
             [](std::string_view, std::string_view table) { return table == "log"; });

        const auto connection = fixture.connect(target, true);
        CHECK(connection->query_integer("select count(*) from kept") == 2);
        CHECK(connection->query_integer("select count(*) from log") == 0);
    });
}

TEST_CASE("rows that refer to what was left out stop a copy instead of dangling") {
    for_each_engine([](EngineFixture& fixture) {
        const auto source = fixture.make_database();
        run(fixture, source,
            "create table people (n integer primary key); create table pets (n integer, "
            "owner integer references people (n)); insert into people values (1); "
            "insert into pets values (1, 1);");
        const auto target = fixture.new_address();

        CHECK(kind_of([&] {
                  copy(fixture, source, target,
                       [](std::string_view, std::string_view table) { return table == "people"; });
              }) == ErrorKind::constraint);
        CHECK_FALSE(fixture.engine().admin().exists(target));
    });
}

TEST_CASE("what settles a copy is the last that is done to it, before it has the target's name") {
    for_each_engine([](EngineFixture& fixture) {
        const auto source = fixture.make_database();
        run(fixture, source, "create table t (n integer); insert into t values (1);");
        const auto target = fixture.new_address();
        const auto from = reading(source);

        const auto copied = fixture.engine().copier().stage(
            {.source = from,
             .to = beside(target),
             .settle = [](Connection& staged) { staged.execute("update t set n = 5"); }},
            QuietContext());
        CHECK_FALSE(fixture.engine().admin().exists(target));
        fixture.engine().admin().publish(copied.staged, QuietContext());

        CHECK(fixture.connect(target, true)->query_integer("select n from t") == 5);
        CHECK(fixture.connect(source, true)->query_integer("select n from t") == 1);
    });
}

TEST_CASE("one changed value is seen by the digests of two databases") {
    for_each_engine([](EngineFixture& fixture) {
        const auto source = fixture.make_database(), other = fixture.make_database();
        run(fixture, source, "create table t (n integer); insert into t values (1), (2), (3);");
        run(fixture, other, "create table t (n integer); insert into t values (3), (2), (1);");
        CHECK(digest(fixture, source) == digest(fixture, other));

        run(fixture, other, "update t set n = 4 where n = 3;");

        CHECK(digest(fixture, source) != digest(fixture, other));
    });
}

}  // namespace keel::conformance
