#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "db/admin.hpp"
#include "db/copier.hpp"
#include "postgres_proxy.hpp"
#include "postgres_samples.hpp"
#include "postgres_support.hpp"
#include "support.hpp"

using namespace keel;
using namespace keel::conformance;

namespace {

CopiedDatabase stage(const DatabaseUrl& source, const DatabaseUrl& target,
                     bool may_use_template = false, std::string run_id = fresh_run_id()) {
    const ConnectOptions from{.url = source, .ignore_ambient = true};
    return postgres_engine().copier().stage({.source = from,
                                             .to = {.target = target, .run_id = std::move(run_id)},
                                             .workers = 2,
                                             .may_use_template = may_use_template},
                                            QuietContext());
}

CopiedDatabase copy(const DatabaseUrl& source, const DatabaseUrl& target,
                    bool may_use_template = false) {
    auto copied = stage(source, target, may_use_template);
    postgres_engine().admin().publish(copied.staged, QuietContext());
    copied.staged.guard.reset();
    return copied;
}

std::string rows(const PostgresDatabase& database, const std::string& sql) {
    return database.connect()->query_text(sql).value_or("");
}

/// Doubles the first column of table "masked", and leaves out its rows that say "secret".
class Doubler final : public RowTransforms {
  public:
    class Transform final : public RowTransform {
      public:
        bool apply(RowEditor& row) override {
            if (!row.is_null(0)) row.set(0, std::string(row.text(0)) + std::string(row.text(0)));
            return row.text(1) != "secret";
        }
    };
    std::unique_ptr<RowTransform> for_table(std::string_view, std::string_view table,
                                            const std::vector<std::string>&) const override {
        return table == "masked" ? std::make_unique<Transform>() : nullptr;
    }
};

/// Adds up how far each phase came.
class PhaseRows final : public Progress {
  public:
    void on(const ProgressEvent& event) override {
        const std::scoped_lock lock(mutex_);
        auto& last = done_[std::string(event.phase)];
        last = std::max(last, event.done);
    }
    std::uint64_t rows(const std::string& phase) { return done_[phase]; }

  private:
    std::mutex mutex_;
    std::map<std::string, std::uint64_t> done_;
};

/// At the first rows of table a that are copied: does something, and ends a session.
class EndSession final : public Progress {
  public:
    EndSession(std::string sql, std::function<void()> before)
        : sql_(std::move(sql)), before_(std::move(before)) {}
    void on(const ProgressEvent& event) override {
        if (event.phase != "copy" || event.item != "a" || begun_.exchange(true)) return;
        before_();
        has_ended_ = connect_postgres(postgres_url("postgres"))->query_text(sql_) == "t";
    }
    bool has_ended() const { return has_ended_; }

  private:
    std::string sql_;
    std::function<void()> before_;
    std::atomic<bool> begun_ = false;
    std::atomic<bool> has_ended_ = false;
};

class MessageList final : public Logger {
  public:
    void log(Level, std::string_view message) override {
        const std::scoped_lock lock(mutex_);
        text_ += message;
        text_ += '\n';
    }
    std::string text() {
        const std::scoped_lock lock(mutex_);
        return text_;
    }

  private:
    std::mutex mutex_;
    std::string text_;
};

}  // namespace

TEST_CASE("large tables are copied in pieces, and their indexes and keys are those of the source") {
    const PostgresDatabase source, target;
    run_script(*source.connect(),
               "create table big (id int primary key, name text, ref int, filler text, constraint "
               "\"u;q\" unique (name) include (id) deferrable initially deferred); alter table big "
               "alter filler set storage plain; insert into big select g, md5(g::text), g % 100 + "
               "1, repeat('x', 7000) from generate_series(1, 9000) g; create table small (id int "
               "primary key); insert into small select generate_series(1, 100); alter table big "
               "add foreign key (ref) references small; create index on big (ref); alter table big "
               "cluster on big_pkey; delete from big where id % 7 = 0;");
    REQUIRE(source.connect()->query_integer("select pg_relation_size('big')") > 65 << 20);

    const auto copied = copy(source.url(), target.url());

    CHECK(copied.method == "rows");
    const std::string indexes =
        "select string_agg(pg_get_indexdef(indexrelid) || indisvalid || indisclustered, ';' order "
        "by pg_get_indexdef(indexrelid)) from pg_index where indrelid in ('big'::regclass, "
        "'small'::regclass)";
    CHECK(rows(target, indexes) == rows(source, indexes));
    const std::string constraints =
        "select string_agg(conname || pg_get_constraintdef(oid) || convalidated, ';' order by "
        "conname) from pg_constraint where connamespace = 'public'::regnamespace";
    CHECK(rows(target, constraints) == rows(source, constraints));
    const std::string sum =
        "select count(*) || md5(string_agg(b::text, ',' order by id)) from big b";
    CHECK(rows(target, sum) == rows(source, sum));
    CHECK(rows(target, "select reltuples > 7000 from pg_class where relname = 'big'") == "t");
}

TEST_CASE("a copy says how it was proven; rows that are passed on are read back where asked to") {
    const PostgresDatabase source, target;
    run_script(*source.connect(),
               "create table passed (id int primary key, name text); insert into passed select g, "
               "md5(g::text) from generate_series(1, 500) g;");
    const ConnectOptions from{.url = source.url(), .ignore_ambient = true};
    PhaseRows progress;
    SystemClock clock;
    const Context context{{}, progress, no_logger(), clock};
    const auto proof = [&](bool reads_back) {
        return postgres_engine().copier().stage(
            {.source = from,
             .to = {.target = target.url(), .run_id = fresh_run_id()},
             .workers = 2,
             .reads_back = reads_back},
            context);
    };

    auto copied = proof(false);
    CHECK(copied.proof == "counted");
    CHECK(copied.tables.at(0).rows == 500);
    const auto sent = copied.tables.at(0).digest;
    postgres_engine().admin().discard(copied.staged);
    copied = proof(true);
    CHECK(copied.proof == "read_back");
    CHECK(copied.tables.at(0).digest == sent);
    postgres_engine().admin().discard(copied.staged);
    // The digest of what was sent is that of what is there; that of a database says its form too.
    CHECK(postgres_engine().copier().digest(from, context).at(0).digest.ends_with(sent));
    CHECK(progress.rows("compare") == 500);

    run_script(*source.connect(),
               "create type pair as (a int, b int); create table texts (p pair); insert into texts "
               "values ((1, 2)); drop table passed;");
    copied = proof(false);
    CHECK(copied.proof == "read_back");
    postgres_engine().admin().discard(copied.staged);
}

TEST_CASE("within a server the server copies the database, unless somebody is connected to it") {
    const PostgresDatabase source, target;
    run_script(*source.connect(), "create table t (n int); insert into t values (1), (2);");

    const auto copied = copy(source.url(), target.url(), true);

    CHECK(copied.method == "template");
    CHECK(copied.tables.at(0).rows == 2);
    CHECK(rows(target, "select sum(n) from t") == "3");

    source.connect()->execute("insert into t values (3)");
    const auto session = source.connect();
    CHECK(copy(source.url(), target.url(), true).method == "rows");
    CHECK(rows(target, "select sum(n) from t") == "6");
    CHECK(session->is_usable());
    CHECK_NOTHROW(session->ping());
}

TEST_CASE("neither triggers nor event triggers nor rules of the source react to its being copied") {
    const PostgresDatabase source, target;
    run_script(
        *connect_postgres(DatabaseUrl::parse(fmt::format("postgresql://keel@/{}?host={}/socket",
                                                         source.name(), postgres_directory()),
                                             "/")),
        "create table t (n int); create table seen (what text); create function f() returns "
        "trigger language plpgsql as $$ begin insert into seen values ('row'); return new; "
        "end $$; insert into t values (1); create trigger g before insert on t for each row "
        "execute function f(); alter table t enable always trigger g; create rule r as on "
        "insert to t do also insert into seen values ('rule'); create function e() returns "
        "event_trigger language plpgsql as $$ begin insert into public.seen values "
        "(tg_event || tg_tag); end $$; create materialized view m as select count(*) from "
        "t; create event trigger h on ddl_command_end execute function e(); alter event "
        "trigger h enable always; grant all on all tables in schema public to owner; delete "
        "from seen;");
    const auto url = DatabaseUrl::parse(
        fmt::format("postgresql://keel@/{}?host={}/socket", target.name(), postgres_directory()),
        "/");
    const ConnectOptions from{.url = source.url(), .ignore_ambient = true};

    auto copied = postgres_engine().copier().stage(
        {.source = from,
         .to = {.target = url, .run_id = fresh_run_id()},
         .settle =
             [](Connection& staged) {
                 staged.execute("create schema keel");
                 staged.execute("create table keel.meta (key text, value text)");
             }},
        QuietContext());
    postgres_engine().admin().publish(copied.staged, QuietContext());

    CHECK(rows(target, "select count(*) from seen") == "0");
    CHECK(rows(target, "select count(*) from keel.meta") == "0");
    CHECK(rows(target, "select count from m") == "1");
    CHECK(rows(target, "select evtenabled from pg_event_trigger") == "A");
}

TEST_CASE("rows are changed and left out on their way, and the copy is proven all the same") {
    const PostgresDatabase source, target;
    run_script(*source.connect(),
               "create table masked (name text, what text); insert into masked values ('a', 'x'), "
               "(null, 'y'), (E'b\\tc', 'secret'), (E'd\\\\', null); create table plain (n int); "
               "insert into plain values (1);");
    const ConnectOptions from{.url = source.url(), .ignore_ambient = true};
    const Doubler doubler;

    const auto copied =
        postgres_engine().copier().stage({.source = from,
                                          .to = {.target = target.url(), .run_id = fresh_run_id()},
                                          .transforms = &doubler},
                                         QuietContext());
    postgres_engine().admin().publish(copied.staged, QuietContext());

    CHECK(
        rows(target, "select string_agg(coalesce(name, 'null'), ',' order by name) from masked") ==
        "aa,d\\d\\,null");
    CHECK(rows(target, "select n from plain") == "1");
}

TEST_CASE("a worker that loses its session copies its table again, from the same snapshot") {
    const PostgresDatabase source, target;
    run_script(*source.connect(),
               "create table a (n int primary key, t text); insert into a select g, md5(g::text) "
               "from generate_series(1, 20000) g; create table b (n int); insert into b values "
               "(1);");
    const ConnectOptions from{.url = source.url(), .ignore_ambient = true};
    SystemClock clock;
    // Whose session: the worker that reads, the one that writes, the one that holds the snapshot.
    const auto copy_while_ending = [&](const std::string& condition) {
        MessageList messages;
        EndSession progress(
            fmt::format("select pg_terminate_backend(pid) from pg_stat_activity where pid <> "
                        "pg_backend_pid() and (datname = '{0}' or datname like '{1}\\_\\_keel%') "
                        "and {2}",
                        source.name(), target.name(), condition),
            [&] { run_script(*source.connect(), "insert into a values (0, 'late')"); });
        const Context context{{}, progress, messages, clock};
        std::optional<Error> failure;
        try {
            const auto copied = postgres_engine().copier().stage(
                {.source = from,
                 .to = {.target = target.url(), .run_id = fresh_run_id()},
                 .workers = 2},
                context);
            CHECK(copied.tables.at(0).rows == 20000);
            CHECK(connect_postgres(copied.staged.url)->query_integer("select count(*) from a") ==
                  20000);
            postgres_engine().admin().discard(copied.staged);
        } catch (const Error& error) {
            failure = error;
        }
        CHECK(progress.has_ended());
        run_script(*source.connect(), "delete from a where n = 0");
        return std::pair(failure, messages.text());
    };

    auto [failure, messages] = copy_while_ending("query like 'copy \"public\".\"a\"%to stdout%'");
    CHECK_FALSE(failure.has_value());
    CHECK(messages.find("copied again, from the same snapshot") != std::string::npos);
    std::tie(failure, messages) =
        copy_while_ending("query like 'copy \"public\".\"a\"%from stdin%'");
    CHECK_FALSE(failure.has_value());
    CHECK(messages.find("copied again, from the same snapshot") != std::string::npos);
    std::tie(failure, messages) =
        copy_while_ending("state = 'idle in transaction' and datname = '" + source.name() + "'");
    REQUIRE(failure.has_value());
    CHECK(postgres_engine().admin().find_leftovers(target.url()).empty());
}

TEST_CASE("a wire that is cut while a database is copied leaves the target as it was") {
    const PostgresDatabase source, target;
    run_script(*source.connect(),
               "create table a (id serial primary key); create table b (id int primary key, a int "
               "references a); insert into a select from generate_series(1, 50); insert into b "
               "select g, g from generate_series(1, 50) g; create materialized view m as select "
               "count(*) from b;");
    run_script(*target.connect(), "create table state (n int); insert into state values (7);");
    const auto& admin = postgres_engine().admin();
    const auto cut_off = [&](const DatabaseUrl& from, const DatabaseUrl& to) {
        const auto run_id = fresh_run_id();
        CHECK(kind_of([&] { stage(from, to, false, run_id); }).has_value());
        end_sessions_of(run_id);
        CHECK(rows(target, "select n from state") == "7");
    };
    // Of what goes to the target: made, filled, indexed, constrained, counted, proven.
    for (const std::string text : {"create database", "CREATE TABLE", "from stdin",
                                   "CREATE UNIQUE INDEX", "NOT VALID", "setval", "REFRESH"}) {
        CAPTURE(text);
        const CuttingProxy proxy(text, CuttingProxy::Where::before_client);
        cut_off(source.url(), proxy.url(target.name()));
        CHECK(proxy.has_cut());
        for (const auto& leftover : admin.find_leftovers(target.url()))
            admin.resolve(target.url(), leftover);
        CHECK(admin.find_leftovers(target.url()).empty());
    }
    for (const std::string text : {"pg_export_snapshot", "set transaction snapshot", "to stdout"}) {
        CAPTURE(text);
        const CuttingProxy proxy(text, CuttingProxy::Where::before_client);
        cut_off(proxy.url(source.name()), target.url());
        CHECK(proxy.has_cut());
        CHECK(admin.find_leftovers(target.url()).empty());
    }
}
