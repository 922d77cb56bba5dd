#include "engines/postgres/read_only.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace keel::postgres;

namespace {

bool only_reads(std::string_view sql) {
    const auto verdict = judge_read_only(sql);
    return verdict.is_parsed && verdict.objection.empty();
}

}  // namespace

TEST_CASE("statements that read pass") {
    for (const std::string sql :
         {"select 1", "values (1), (2)", "table t", "show all", "show search_path",
          "explain select * from t", "explain (costs off, format json) select 1",
          "with recursive x as (select 1 union all select 2) select * from x order by 1 limit 3",
          "select a[1], b::int, case when c then d end, array[1], row(1, 2), exists (select 1), "
          "coalesce(a, b), greatest(1, 2), sum(a) filter (where b) over (partition by c order by "
          "d) "
          "from t join u using (id) left join lateral f(t.a) g on true where a in (1, 2) and b is "
          "null group by grouping sets ((a), (b)) having count(*) > 1",
          "select * from generate_series(1, 3) with ordinality", "select current_date, $1::text",
          "select xmlelement(name a), xmlserialize(content '<a/>' as text)",
          "select * from t tablesample system (1)", "select 1;", "", "savepoint x", "rollback to x",
          "select a collate \"C\" from t where a like 'x' escape '!'"}) {
        CAPTURE(sql);
        CHECK(only_reads(sql));
    }
}

TEST_CASE("statements that could change something are objected to") {
    for (const std::string sql : {"insert into t values (1)",
                                  "update t set a = 1",
                                  "delete from t",
                                  "truncate t",
                                  "merge into t using u on true when matched then delete",
                                  "create table x (a int)",
                                  "create temp table x (a int)",
                                  "drop table t",
                                  "alter table t add b int",
                                  "select * into x from t",
                                  "create table x as select 1",
                                  "with x as (delete from t returning *) select * from x",
                                  "with x as (insert into t values (1) returning *) table x",
                                  "select * from t for update",
                                  "select * from t for key share skip locked",
                                  "select * from (select * from t for update) x",
                                  "explain analyze select 1",
                                  "explain (analyze) delete from t",
                                  "explain (analyze false) select 1",
                                  "explain delete from t",
                                  "select 1; select 2",
                                  "commit; create table x (a int)",
                                  "begin",
                                  "begin read write",
                                  "commit",
                                  "commit and chain",
                                  "rollback",
                                  "end",
                                  "abort",
                                  "start transaction read write",
                                  "set transaction read write",
                                  "set a.b = 1",
                                  "set session characteristics as transaction read write",
                                  "set default_transaction_read_only = off",
                                  "reset all",
                                  "discard all",
                                  "copy t to '/tmp/x'",
                                  "copy (select 1) to program 'touch x'",
                                  "copy t from '/x'",
                                  "do $$ begin end $$",
                                  "call p()",
                                  "prepare p as delete from t",
                                  "execute p",
                                  "declare c cursor for select 1",
                                  "fetch c",
                                  "lock table t",
                                  "lock t in access share mode",
                                  "listen x",
                                  "notify x",
                                  "vacuum",
                                  "analyze",
                                  "cluster",
                                  "reindex table t",
                                  "checkpoint",
                                  "load 'x'",
                                  "grant select on t to u",
                                  "comment on table t is 'x'",
                                  "refresh materialized view m",
                                  "create function f() returns int language sql as 'select 1'",
                                  "alter system set a = 1",
                                  "security label on table t is 'x'",
                                  "import foreign schema a "
                                  "from server b into c",
                                  "reassign owned by a to b",
                                  "drop owned by a"}) {
        CAPTURE(sql);
        CHECK_FALSE(only_reads(sql));
    }
}

TEST_CASE("functions that do something are objected to wherever they stand") {
    for (const std::string call : {"set_config('a', 'b', false)",
                                   "pg_catalog.set_config('a', 'b', false)",
                                   "nextval('s')",
                                   "setval('s', 1)",
                                   "lo_create(0)",
                                   "lo_unlink(1)",
                                   "lo_import('/x')",
                                   "lowrite(1, '')",
                                   "pg_advisory_lock(1)",
                                   "pg_try_advisory_lock(1)",
                                   "pg_terminate_backend(1)",
                                   "pg_cancel_backend(1)",
                                   "pg_read_file('/etc/passwd')",
                                   "pg_ls_dir('/')",
                                   "dblink('', 'delete from t')",
                                   "dblink_exec('', '')",
                                   "pg_reload_conf()",
                                   "pg_switch_wal()",
                                   "pg_notify('a', 'b')",
                                   "pg_logical_emit_message(false, 'a', 'b')",
                                   "query_to_xml('delete from t', true, true, '')",
                                   "pg_export_snapshot()",
                                   "\"set_config\"('a', 'b', false)",
                                   "txid_current()",
                                   "crosstab('select 1')"}) {
        for (const std::string_view form :
             {"select {}", "select * from t where a = {}", "select 1 from {} x",
              "select (select {} limit 1)", "with x as (select {}) select 1", "values ({})",
              "select 1 order by {}", "explain select {}"}) {
            std::string sql(form);
            sql.replace(sql.find("{}"), 2, call);
            CAPTURE(sql);
            CHECK_FALSE(only_reads(sql));
        }
    }
}

TEST_CASE("functions are reported for the server to judge") {
    const auto verdict = judge_read_only("select f(1), s.g() from h(2) x where i(3) > 1");
    auto functions = verdict.functions;
    std::ranges::sort(functions);
    CHECK(functions == std::vector<std::string>{"f", "g", "h", "i"});
}

TEST_CASE("text that does not parse is not judged") {
    CHECK_FALSE(judge_read_only("selec 1").is_parsed);
    CHECK_FALSE(judge_read_only("select json_object('a': 1 absent on null)").is_parsed);
}
