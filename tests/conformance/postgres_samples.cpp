#include "postgres_samples.hpp"

#include <fmt/format.h>

namespace keel::conformance {
namespace {

std::vector<std::string> write_attempts(const std::string& side) {
    return {
        "insert into t values (9, 'nine')",
        "update t set s = 'changed'",
        "delete from t",
        "truncate t",
        "insert into t select 9, 'x' returning id",
        "with x as (delete from t returning *) select * from x",
        "with x as (insert into t values (9, 'x') returning *) select * from x",
        "explain analyze delete from t",
        "explain (analyze, verbose) update t set s = 'x'",
        "merge into t using t u on t.id = u.id when matched then delete",
        "drop table t",
        "drop view w",
        "create table u (n int)",
        "create table u as select * from t",
        "create temp table u (n int)",
        "create unlogged table u (n int)",
        "select * into u from t",
        "create view u as select 1",
        "create index u on t (s desc)",
        "create schema u",
        "create function u() returns int language sql as 'select 1'",
        "create extension if not exists hstore",
        "alter table t add column extra text",
        "alter table t rename to u",
        "comment on table t is 'changed'",
        "grant all on t to public",
        "analyze t",
        "vacuum t",
        "reindex table t",
        "cluster t using t_pkey",
        "select nextval('t_seq')",
        "select setval('t_seq', 77)",
        "select * from t for update",
        "lock table t in access exclusive mode",
        "select pg_advisory_lock(1801807212, 1)",
        "select pg_try_advisory_lock(1)",
        "select lo_create(4242)",
        "select lo_from_bytea(0, 'x')",
        "select lo_import('/etc/hostname')",
        "select pg_logical_emit_message(false, 'a', 'b')",
        "select pg_create_restore_point('x')",
        "select pg_notify('a', 'b')",
        "notify a",
        "listen a",
        "select pg_reload_conf()",
        "select pg_switch_wal()",
        "select pg_terminate_backend(pg_backend_pid())",
        "select pg_read_file('/etc/hostname')",
        "select * from pg_ls_dir('/')",
        "select query_to_xml('delete from t', true, true, '')",
        "select set_config('default_transaction_read_only', 'off', false)",
        "select set_config('transaction_read_only', 'off', true)",
        "set default_transaction_read_only = off",
        "set transaction read write",
        "set session characteristics as transaction read write",
        "reset default_transaction_read_only",
        "reset all",
        "discard all",
        "begin",
        "begin read write",
        "start transaction read write",
        "commit",
        "commit and chain",
        "rollback",
        "commit; delete from t",
        "select 1; delete from t",
        "savepoint s; delete from t",
        "prepare transaction 'x'",
        "prepare p as delete from t",
        "execute p",
        "do $$ begin delete from t; end $$",
        "do $$ begin set transaction read write; delete from t; end $$",
        "call pg_catalog.now()",
        "declare c cursor with hold for select 1",
        "copy t from '/etc/hostname'",
        "copy t from stdin",
        fmt::format("copy t to '{}'", side),
        fmt::format("copy (select 1) to program 'touch {}'", side),
        fmt::format("copy t from program 'touch {}; echo'", side),
        fmt::format("select lo_export(1, '{}')", side),
        "alter system set work_mem = '5MB'",
        "alter database postgres set work_mem = '5MB'",
        "alter role owner set work_mem = '5MB'",
        "create role intruder",
        "create database intruder",
        "select pg_create_physical_replication_slot('intruder')",
        "select pg_stat_reset()",
        "checkpoint",
        "load 'plpgsql'",
        "refresh materialized view m",
        "security label on table t is 'x'",
        "select * from json_table('[]', '$' columns (a int path '$'))",
    };
}

std::vector<std::string> schema_changes() {
    return {
        "create table added (n int)",
        "alter table added add column m text default 'x'",
        "alter table added alter column m set default 'y'",
        "alter table added alter column m set not null",
        "alter table added alter column n type bigint",
        "alter table added rename column m to o",
        "alter table added rename to renamed",
        "create index renamed_n on renamed (n)",
        "drop index renamed_n",
        "create unique index renamed_n on renamed (n)",
        "alter table renamed add constraint positive check (n > 0) not valid",
        "alter table renamed validate constraint positive",
        "alter table renamed enable row level security",
        "create policy mine on renamed using (n > 1)",
        "drop policy mine on renamed",
        "create view third as select 1 as one",
        "create or replace view third as select 2 as one",
        "drop view third",
        "create or replace function touch() returns trigger language plpgsql as 'begin return old; "
        "end'",
        "alter table parent disable trigger touched",
        "drop trigger touched on parent",
        "alter type mood add value 'angry'",
        "alter domain positive_int drop constraint positive_int_check",
        "create sequence counter",
        "alter sequence counter increment by 5",
        "create rule quiet as on delete to renamed do instead nothing",
        "create statistics s on id, code from parent",
        "alter table readings detach partition readings_old",
        "create schema other",
        "drop table empty_one",
    };
}

std::vector<std::string> no_schema_changes() {
    return {
        "insert into parent (code) values ('more')",
        "update \"order\" set \"select\" = 'z'",
        "delete from node",
        "select nextval('\"odd sequence\"')",
        "refresh materialized view totals",
        "analyze",
        "vacuum",
        "reindex table parent",
        "comment on table parent is 'other words'",
        "grant select on parent to public",
        "set work_mem = '5MB'",
    };
}

}  // namespace

const char* const postgres_torture = R"sql(
create type mood as enum ('sad', 'ok', 'it''s; fine');
create domain positive_int as int check (value > 0) default 7;
create type pair as (a int, b text);
create type span as range (subtype = float8);
create collation if not exists plain (locale = 'C');
create sequence "odd sequence" as bigint increment by -3 minvalue -1000 maxvalue 99 start 50 cycle;
select nextval('"odd sequence"'), nextval('"odd sequence"');

create table "order" (id bigint generated always as identity primary key,
    "select" text not null default 'it''s; ok', "weird ""name""" float8, "from" bytea,
    "group" text collate plain);
insert into "order" ("select", "weird ""name""", "from", "group") values
    ('a', 1.5, '\x00ff27', 'G'), (E'b;c\t\\\n', '-0', null, 'ü'), ('x', 'infinity', '\x', ''),
    ('y', 'nan', decode(repeat('00', 3000), 'hex'), null), ('z', 5e-324, null, '\N');
delete from "order" where id = 3;

create table "tab.with.dots" (a int, b text, c serial, primary key (a, b)) with (fillfactor = 70);
insert into "tab.with.dots" (a, b) values (1, 'x'), (2, '');
create table "naïve 表" (n int, squared int generated always as (n * n) stored,
    s varchar(9) check (s in ('x', 'y', 'a)b(')), m mood default 'ok', p positive_int, c pair,
    r span, ds date[] , j jsonb, t timestamptz, i interval, u uuid, h text[][], x xml, b bit(3));
insert into "naïve 表" (n, s, m, p, c, r, ds, j, t, i, h, x, b) values
    (1, 'x', 'sad', 1, row (1, 'a,"b'), '[1.5,2)', '{0044-03-15 BC,infinity}', '{"a": [1, null]}',
     '2026-03-29 02:30:00+01', '1 mon -3 days 04:05:06.7', '{{a,"b,"},{NULL,"NULL"}}', '<a>é</a>', b'101'),
    (-3, null, null, null, null, 'empty', '{}', 'null', '-infinity', '-178000000 years', null, null, null);
alter table "naïve 表" drop column u;

create table parent (id int generated by default as identity primary key, code text unique);
create table child (id int primary key, parent int references parent on delete cascade deferrable
    initially deferred, code text references parent (code) match full, secret text);
create table node (id int primary key, next int);
alter table node add foreign key (next) references node;
insert into parent (code) values ('one'), ('two');
insert into child values (1, 1, 'one'), (2, 2, null);
insert into node values (1, null), (2, 1);
create unique index partial on parent (lower(code), id desc) where code is not null;
create index "index;with" on "order" using hash ("select");
create index included on child (parent) include (code);
alter table child enable row level security;
create policy "own rows" on child using (secret is null or secret = current_user);
alter table "order" add constraint no_overlap exclude using gist (int4range(id::int, id::int, '[]') with &&);

create table readings (at date not null, place text, value int) partition by range (at);
create table readings_old partition of readings for values from (minvalue) to ('2026-01-01');
create table readings_new partition of readings for values from ('2026-01-01') to (maxvalue)
    partition by list (place);
create table readings_new_a partition of readings_new for values in ('a');
create table readings_new_rest partition of readings_new default;
create index on readings (value);
insert into readings values ('2025-12-31', 'a', 1), ('2026-01-01', 'a', 2), ('2026-06-01', 'b', 3);
create table by_mood (m mood, n int) partition by hash (m);
create table by_mood_0 partition of by_mood for values with (modulus 2, remainder 0);
create table by_mood_1 partition of by_mood for values with (modulus 2, remainder 1);
insert into by_mood select m, n from unnest(enum_range(null::mood)) m, generate_series(1, 5) n;
create table base (id int, name text);
create table derived (extra text) inherits (base);
insert into base values (1, 'b');
insert into derived values (2, 'd', 'e');

create function touch() returns trigger language plpgsql as $f$
begin
    if new.code = 'end;' then return null; end if; -- $$ ;
    return new;
end $f$;
create trigger touched before update on parent for each row execute function touch();
create function add_up(a int, b int default 2) returns int immutable begin atomic
    select case when a > 0 then a + b else 0 end; end;
create procedure note(n int) language sql as $$ insert into node values (n, null); $$;
create aggregate total (int) (sfunc = int4pl, stype = int, initcond = '0');
create view "a view" as select o.id, p.code from "order" o left join parent p on p.id = o.id
    where p.code in ('one', 'two');
create view second with (security_barrier) as select * from "a view" where id > 1;
create function instead() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger instead instead of insert on "a view" for each row execute function instead();
create rule "rule; two" as on insert to second do instead (select 1; select 2);
create materialized view totals as select place, sum(value) from readings group by place;
create unique index totals_place on totals (place);
create materialized view unfilled as select 1 as one with no data;
create unlogged table scratch (n int);
insert into scratch values (1);
create table empty_one (n int);
create table nothing ();
insert into nothing default values;
create table many as select g as id, repeat('x', g % 50) as t from generate_series(1, 3000) g;
select lo_from_bytea(70001, decode(repeat('00ff', 700000), 'hex')), lo_create(70002);
comment on large object 70001 is 'large';
comment on table parent is 'it''s; a comment';
create schema "Second Schema";
create table "Second Schema"."order" (id int primary key, n int references parent);
insert into "Second Schema"."order" values (1, 1);
grant select (id) on parent to public;
copy node from stdin;
7	1
8	\N
\.
analyze;
)sql";

Samples postgres_samples(const std::filesystem::path& side) {
    Samples samples;
    samples.series = "select n from generate_series(1, $1::int) n";
    samples.endless = "select count(*) from generate_series(1, 100000000000)";
    samples.notice_script =
        "create table a (x int); create table if not exists a (x int); drop table a;";
    samples.integer_type = "bigint";
    samples.real_type = "double precision";
    samples.text_type = "text";
    samples.blob_type = "bytea";
    samples.write_attempts = write_attempts(side.native());
    samples.torture_script = postgres_torture;
    samples.schema_changes = schema_changes();
    samples.no_schema_changes = no_schema_changes();
    samples.unique_violation_state = "23505";
    samples.syntax_error_state = "42601";
    return samples;
}

}  // namespace keel::conformance
