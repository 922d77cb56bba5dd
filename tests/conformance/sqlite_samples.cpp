#include "sqlite_samples.hpp"

#include <fmt/format.h>

namespace keel::conformance {
namespace {

std::vector<std::string> write_attempts(const std::string& side) {
    return {
        "insert into t values (9, 'nine')",
        "update t set s = 'changed'",
        "delete from t",
        "replace into t values (1, 'other')",
        "insert into t select id + 10, s from t returning id",
        "with x as (select 1) insert into t select 99, 'x' from x",
        "explain analyze delete from t",
        "drop table t",
        "drop index t_s",
        "drop view w",
        "create table u (n integer)",
        "create table u as select * from t",
        "create temp table u (n integer)",
        "create view u as select 1",
        "create temp view u as select 1",
        "create index u on t (s desc)",
        "create trigger u after insert on t begin delete from t; end",
        "create temp trigger u after insert on t begin delete from t; end",
        "create virtual table u using fts5(x)",
        "alter table t add column extra text",
        "alter table t rename to u",
        "alter table t drop column s",
        "analyze",
        "reindex",
        "vacuum",
        fmt::format("vacuum into '{}'", side),
        fmt::format("vacuum main into '{}'", side),
        fmt::format("attach '{}' as side", side),
        fmt::format("attach 'file:{}?mode=rwc' as side", side),
        "attach ':memory:' as side",
        "detach main",
        "begin immediate",
        "begin exclusive",
        "pragma query_only = 0",
        "pragma query_only(off)",
        "pragma writable_schema = on",
        "pragma journal_mode = delete",
        "pragma journal_mode(delete)",
        "pragma main.journal_mode = truncate",
        "select * from pragma_journal_mode('delete')",
        "pragma user_version = 7",
        "pragma application_id = 7",
        "pragma schema_version = 7",
        "pragma page_size = 512",
        "pragma auto_vacuum = full",
        "pragma encoding = 'UTF-16'",
        "pragma wal_checkpoint(truncate)",
        "select * from pragma_wal_checkpoint",
        "pragma wal_autocheckpoint = 1",
        "pragma optimize",
        "pragma incremental_vacuum",
        "pragma locking_mode = exclusive",
        "pragma synchronous = off",
        "pragma foreign_keys = off",
        "pragma trusted_schema = on",
        "pragma temp_store_directory = '/tmp'",
        "pragma hard_heap_limit = 1",
        "pragma shrink_memory",
        "update sqlite_master set sql = 'create table t (x)'",
        "delete from sqlite_schema",
        "insert into sqlite_schema values ('table', 'u', 'u', 2, 'create table u (n)')",
        fmt::format("select writefile('{}', 'x')", side),
        "select load_extension('/lib/x86_64-linux-gnu/libm.so.6')",
        "select fts3_tokenizer('simple', x'00')",
        "insert into dbstat values (1)",
        "savepoint s; delete from t; release s",
        "select 1; delete from t",
        "commit",
        "rollback",
        "end",
    };
}

constexpr const char* torture_script = R"sql(
create table "order" (id integer primary key autoincrement, "select" text not null default 'it''s; ok',
    "weird ""name""" real, [from] blob, `group` text collate nocase);
insert into "order" ("select", "weird ""name""", [from], `group`) values
    ('a', 1.5, x'00ff27', 'G'), ('b;c', -0.0, null, 'ü'), (char(0, 10, 9), 9e999, zeroblob(3000), '');
delete from "order" where id = 3;
insert into "order" ("select") values ('after the gap');

create table "tab.with.dots" (a, b text, c integer, primary key (a, b)) without rowid;
insert into "tab.with.dots" values (x'01', 'text', 1), ('text', 'text', '2'), (1.5, '', null);

create table "naïve 表" (n integer, doubled integer generated always as (n * 2) virtual,
    squared integer generated always as (n * n) stored, s text check (length(s) < 5 or s = 'a)b('));
insert into "naïve 表" (n, s) values (1, 'x'), (2, null), (-3, 'a)b(');

create table typed (i integer, r real, t text, b blob, a any) strict;
insert into typed values (1, 2.5, 'three', x'04', 5), (null, null, null, null, 'any');

create table parent (id integer primary key, code text unique, unique (code, id));
create table child (id integer primary key, parent integer references parent (id) on delete cascade
    deferrable initially deferred, code text, foreign key (code) references parent (code));
insert into parent values (1, 'one'), (2, 'two');
insert into child values (1, 1, 'one'), (2, 2, null);
create table node (id integer primary key, next integer references node (id));
insert into node values (1, 2), (2, 1);

create unique index partial on parent (lower(code), id desc) where code is not null;
create index "index;with" on "order" ("select" collate nocase, abs("weird ""name"""));

create view "a view" as select o.id, p.code from "order" o left join parent p on p.id = o.id;
create view second as select * from "a view" where id > 1;
create trigger instead instead of insert on "a view" begin
    insert into parent (code) values (new.code);
    select case when new.id = 1 then 'end;' else 'begin' end;
end;
create trigger "after; child" after insert on child for each row when new.id > 5 begin
    update parent set code = case new.id when 6 then 'six' else code end where id = new.parent;
    delete from node where id = 99; -- end;
end;

create virtual table search using fts5(title, body, tokenize = 'porter');
insert into search values ('hello', 'the quick brown fox'), ('again', 'jumped');
create virtual table places using rtree(id, min_x, max_x);
insert into places values (1, 0.5, 1.5), (2, -1, 1);

create table empty_one (n integer);
create table wide (c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20);
insert into wide (c20) values (randomblob(100)), (cast(x'ff80fe' as text)), (cast('a' || char(0) || 'b' as text));
create table "%_\x" ("a b" text, "A c" text);
insert into "%_\x" values ('1', '2'), ('1', '2'), ('1', '2');
pragma user_version = 42;
pragma application_id = 4242;
analyze;
)sql";

std::vector<std::string> schema_changes() {
    return {
        "create table added (n integer)",
        "alter table added add column m text default 'x'",
        "alter table added rename column m to o",
        "alter table added rename to renamed",
        "create index renamed_n on renamed (n)",
        "drop index renamed_n",
        "create unique index renamed_n on renamed (n)",
        "create view third as select 1 as one",
        "drop view third",
        "create trigger renamed_t after insert on renamed begin select 1; end",
        "drop trigger \"after; child\"",
        "drop table empty_one",
        "create virtual table other using fts5(x)",
        "alter table wide drop column c1",
    };
}

std::vector<std::string> no_schema_changes() {
    return {
        "insert into parent values (77, 'more')",
        "update \"order\" set \"select\" = 'z'",
        "delete from node",
        "insert into search values ('new', 'words')",
        "insert into search (search) values ('rebuild')",
        "analyze",
        "reindex",
        "vacuum",
        "pragma user_version = 5",
        "drop table sqlite_stat1",
    };
}

}  // namespace

Samples sqlite_samples(const std::filesystem::path& directory) {
    Samples samples;
    samples.series =
        "with recursive counter (n) as "
        "(select 1 union all select n + 1 from counter where n < $1) select n from counter";
    samples.endless =
        "with recursive counter (n) as (select 1 union all select n + 1 from counter) "
        "select count(*) from counter";
    // A join without an index, for which SQLite makes one and warns of it.
    samples.notice_script =
        "create table a (x); create table b (y); insert into a values (1), (2), (3); "
        "insert into b select x from a; select count(*) from a join b on a.x = b.y;";
    samples.integer_type = "integer";
    samples.real_type = "real";
    samples.text_type = "text";
    samples.blob_type = "blob";
    samples.write_attempts = write_attempts((directory / "side.db").native());
    samples.torture_script = torture_script;
    samples.schema_changes = schema_changes();
    samples.no_schema_changes = no_schema_changes();
    samples.unique_violation_state = "SQLITE_CONSTRAINT_UNIQUE";
    samples.syntax_error_state = "SQLITE_ERROR";
    return samples;
}

}  // namespace keel::conformance
