#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "base/ids.hpp"
#include "db/dialect.hpp"
#include "lint_world.hpp"
#include "ops/lint/lock_effect.hpp"
#include "support/test_project.hpp"

namespace keel::lint {
namespace {

constexpr std::string_view setup = R"(
create table other (id bigint primary key);
insert into other select generate_series(1, 50);
create domain plain_number as int;
create domain small_number as int check (value < 1000);
create type mood as enum ('sad', 'ok');
create function steady() returns int immutable language sql as 'select 1';
create function unsteady() returns int volatile language sql as 'select random()::int';
create function quiet() returns trigger language plpgsql as $$ begin return new; end $$;
create table t (
    id bigint primary key, other_id bigint constraint t_other references other (id),
    a int, b int not null, c varchar(10), d text, e numeric(10,2), f timestamp, g timestamptz(6),
    h json, i char(8), j cidr, k varbit(8), l plain_number, m timestamp(3), n int[],
    proven int constraint t_proven check (proven is not null), during tsrange,
    constraint t_a_check check (a >= 0)
);
insert into t (id, other_id, a, b, c, d, e, proven, l) select n, n, n, n, 'x', 'x', n, n, n
    from generate_series(1, 50) n;
alter table t add constraint t_later check (b > 0) not valid;
alter table t add constraint t_ref_later foreign key (b) references other (id) not valid;
create index t_a on t (a);
create unique index t_b on t (b);
create unique index t_id_other on t (other_id);
create trigger t_quiet before insert on t for each row execute function quiet();
create materialized view v as select id, proven from t;
create unique index v_id on v (id);
create table parted (day int not null) partition by range (day);
create table parted_1 partition of parted for values from (1) to (10);
create table loose (day int not null);
insert into loose select generate_series(20, 29);
create table checked (day int not null, constraint bounds check (day >= 30 and day < 40));
insert into checked select generate_series(30, 39);
create table child (id bigint primary key, t_id bigint constraint child_t references t (id));
create table stock (id bigint primary key, amount plain_number);
insert into stock select n, n from generate_series(1, 50) n;
)";

// Statements about the tables above. Each is run on the server and its effect compared with what
// lock_effect says: the lock on every table, whether it was written anew, whether its rows were
// read.
constexpr std::string_view statements[] = {
    "alter table t add column z int",
    "alter table t add column z int not null default 7",
    "alter table t add column z timestamptz default now()",
    "alter table t add column z uuid default gen_random_uuid()",
    "alter table t add column z timestamptz default clock_timestamp()",
    "alter table t add column z serial",
    "alter table t add column z bigint generated always as identity",
    "alter table t add column z int generated always as (a + 1) stored",
    "alter table t add column z small_number default 3",
    "alter table t add column z plain_number default 3",
    "alter table t add column z int default unsteady()",
    "alter table t add column z bigint references other (id)",
    "alter table t add column z int check (z > 0)",
    "alter table t add column z int unique",
    "alter table t drop column d",
    "alter table t drop column other_id",
    "alter table t rename column d to dd",
    "alter table t rename to tt",
    "alter table t rename constraint t_a_check to t_a_positive",
    "alter table t alter column d set default 'x'",
    "alter table t alter column d drop default",
    "alter table t alter column b drop not null",
    "alter table t alter column a set not null",
    "alter table t alter column proven set not null",
    "alter table t alter column a type bigint",
    "alter table t alter column c type varchar(5)",
    "alter table t alter column c type varchar(20)",
    "alter table t alter column c type varchar",
    "alter table t alter column c type text",
    "alter table t alter column d type varchar",
    "alter table t alter column d type varchar(100)",
    "alter table t alter column e type numeric(12,2)",
    "alter table t alter column e type numeric(12,4)",
    "alter table t alter column e type numeric",
    "alter table t alter column g type timestamptz(3)",
    "alter table t alter column m type timestamp(6)",
    "alter table t alter column h type jsonb",
    "alter table t alter column i type text",
    "alter table t alter column i type char(12)",
    "alter table t alter column j type inet",
    "alter table t alter column k type varbit(16)",
    "alter table t alter column d type text using lower(d)",
    "alter table t alter column a set statistics 200",
    "alter table t set (fillfactor = 70)",
    "alter table t alter column d set storage external",
    "alter table stock set unlogged",
    "alter table t add constraint z check (a < 1000)",
    "alter table t add constraint z check (a < 1000) not valid",
    "alter table t add constraint z foreign key (a) references other (id)",
    "alter table t add constraint z foreign key (a) references other (id) not valid",
    "alter table t add constraint z unique (a)",
    "alter table t add constraint z unique using index t_b",
    "alter table stock add constraint z unique (amount)",
    "alter table t add constraint z exclude using gist (during with &&)",
    "alter table t validate constraint t_later",
    "alter table t validate constraint t_ref_later",
    "alter table t drop constraint t_other",
    "alter table t drop constraint t_a_check",
    "alter table t disable trigger t_quiet",
    "alter table t enable row level security",
    "alter table t owner to current_user",
    "alter table t replica identity full",
    "alter table t alter column b add generated always as identity",
    "create policy p on t using (true)",
    "create trigger z before insert on t for each row execute function quiet()",
    "drop trigger t_quiet on t",
    "create index z on t (a)",
    "create index z on parted (day)",
    "drop index t_a",
    "reindex table t",
    "reindex index t_a",
    "alter index t_a rename to t_aa",
    "alter table parted attach partition loose for values from (20) to (30)",
    "alter table parted attach partition checked for values from (30) to (40)",
    "alter table parted detach partition parted_1",
    "create table parted_5 partition of parted for values from (50) to (60)",
    "refresh materialized view v",
    "refresh materialized view concurrently v",
    "cluster t using t_a",
    "truncate child",
    "drop table child",
    "drop table t cascade",
    "create table z (id bigint primary key, t_id bigint references t (id))",
    "create view z as select id from t",
    "alter type mood add value 'happy' after 'ok'",
    "alter domain plain_number add constraint z check (value < 10000)",
    "alter domain plain_number add constraint z check (value < 10000) not valid",
    "comment on table t is 'x'",
    "grant select on t to public",
    "update t set a = 1",
    "delete from child",
    "insert into child (id) values (1)",
};

const std::map<std::string, LockMode> modes = {
    {"AccessShareLock", LockMode::access_share},
    {"RowShareLock", LockMode::row_share},
    {"RowExclusiveLock", LockMode::row_exclusive},
    {"ShareUpdateExclusiveLock", LockMode::share_update_exclusive},
    {"ShareLock", LockMode::share},
    {"ShareRowExclusiveLock", LockMode::share_row_exclusive},
    {"ExclusiveLock", LockMode::exclusive},
    {"AccessExclusiveLock", LockMode::access_exclusive}};

struct Measured {
    std::map<std::string, LockMode> locks;  ///< by table, as it was called before
    std::map<std::string, bool> rewritten;
    std::map<std::string, bool> read;
};

class Bench {
  public:
    Bench() : project_(EngineKind::postgres) {
        connection_ = project_.connect(true);
        const auto script = std::string(setup);
        const auto cut = engine().dialect().split(script);
        connection_->run_script(cut.statements);
        connection_->execute("analyze");
    }
    const Engine& engine() { return project_.engine(); }
    Connection& connection() { return *connection_; }

    Measured measure(std::string_view statement) {
        const auto rows_read =
            "select relid, seq_tup_read + coalesce(idx_tup_fetch, 0) "
            "from pg_stat_xact_user_tables";
        const auto files =
            "select oid, relname, pg_relation_filenode(oid) from pg_class where relkind "
            "in ('r', 'm', 'p') and relnamespace = 'public'::regnamespace";
        Measured measured;
        std::map<std::string, std::string> names;
        std::map<std::string, std::string> before;
        connection_->begin({});
        for (const auto& row : connection_->query_rows(files)) {
            names[row[0]] = row[1];
            before[row[0]] = row[2];
        }
        std::map<std::string, std::string> read_before;
        for (const auto& row : connection_->query_rows(rows_read)) read_before[row[0]] = row[1];
        try {
            connection_->execute(statement);
        } catch (const Error& error) {
            connection_->rollback();
            FAIL_CHECK(statement << ": " << error.message());
            return measured;
        }
        for (const auto& row : connection_->query_rows(
                 "select relation, mode from pg_locks where pid = pg_backend_pid() and locktype = "
                 "'relation' and granted")) {
            if (!names.contains(row[0])) continue;
            auto& strongest = measured.locks[names[row[0]]];
            strongest = std::max(strongest, modes.at(row[1]));
        }
        for (const auto& row : connection_->query_rows(files))
            if (before.contains(row[0]) && before[row[0]] != row[2])
                measured.rewritten[names[row[0]]] = true;
        for (const auto& row : connection_->query_rows(rows_read))
            // Counts of earlier transactions may leave them meanwhile: only a rise says something.
            if (names.contains(row[0]) &&
                std::stoll(row[1]) > std::stoll("0" + read_before[row[0]]))
                measured.read[names[row[0]]] = true;
        connection_->rollback();
        return measured;
    }

  private:
    TestProject project_;
    std::unique_ptr<Connection> connection_;
};

/// The strongest lock that the actions of a statement are said to take on each table.
Measured claimed(std::string_view statement, const SchemaState& given) {
    Measured claim;
    SchemaState state = given;
    const auto read = engine_of(EngineKind::postgres).statement_reader().read(statement);
    REQUIRE(read.complaint.empty());
    for (const SqlAction& action : read.actions) {
        const LockEffect effect = lock_effect(action, state);
        const TableState* table = state.table(action.object);
        if (table == nullptr && !action.name.empty()) table = state.table_of_index(action.name);
        const std::string name = table == nullptr ? action.object.text() : table->name.text();
        auto& strongest = claim.locks[name];
        strongest = std::max(strongest, effect.mode);
        if (effect.rewrites) claim.rewritten[name] = true;
        if (effect.scans) claim.read[name] = true;
        for (const auto& [other, mode] : effect.others)
            claim.locks[other.text()] = std::max(claim.locks[other.text()], mode);
        state.apply(action, 1);
    }
    return claim;
}

SchemaState state_of_setup() {
    SchemaState state(EngineKind::postgres);
    const Engine& engine = engine_of(EngineKind::postgres);
    const auto script = std::string(setup);
    for (const auto& statement : engine.dialect().split(script).statements)
        for (const auto& action : engine.statement_reader().read(statement.text).actions)
            state.apply(action, made_before);
    return state;
}

std::string shown(const std::map<std::string, LockMode>& locks) {
    std::string text;
    for (const auto& [name, mode] : locks)
        if (mode > LockMode::row_share) text += name + " " + std::string(to_string(mode)) + "; ";
    return text;
}

}  // namespace

TEST_CASE("what is said about locks, rewrites and scans is what the server does") {
    if (!TestProject::has_postgres()) return;
    Bench bench;
    const SchemaState state = state_of_setup();
    for (const auto statement : statements) {
        CAPTURE(std::string(statement));
        const Measured measured = bench.measure(statement);
        const Measured claim = claimed(statement, state);

        CHECK(shown(claim.locks) == shown(measured.locks));
        for (const auto* name : {"t", "stock", "v", "child", "loose", "checked"}) {
            CAPTURE(std::string(name));
            CHECK(claim.rewritten.contains(name) == measured.rewritten.contains(name));
        }
    }
}

TEST_CASE("a statement that is not said to read the rows is quick on the server") {
    if (!TestProject::has_postgres()) return;
    Bench bench;
    const SchemaState state = state_of_setup();
    for (const auto statement : statements) {
        CAPTURE(std::string(statement));
        const Measured measured = bench.measure(statement);
        const Measured claim = claimed(statement, state);
        const bool is_change = statement.starts_with("update") || statement.starts_with("delete") ||
                               statement.starts_with("insert");
        if (is_change) continue;
        // A rewrite, and the filling of an index, read past the counters of rows.
        for (const auto& [name, was_read] : measured.read) {
            CAPTURE(name);
            const bool is_said = !claim.read.empty() || !claim.rewritten.empty();
            CHECK(is_said);
        }
    }
}

TEST_CASE("a type that becomes timestamptz is not written anew while the time zone is UTC") {
    if (!TestProject::has_postgres()) return;
    Bench bench;
    bench.connection().execute("set timezone = 'Europe/Berlin'");
    CHECK(bench.measure("alter table t alter column f type timestamptz").rewritten.contains("t"));
    bench.connection().execute("set timezone = 'UTC'");
    CHECK_FALSE(
        bench.measure("alter table t alter column f type timestamptz").rewritten.contains("t"));
}

}  // namespace keel::lint
