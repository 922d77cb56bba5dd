#include "engines/sqlite/statement_reader.hpp"

#include <doctest/doctest.h>

#include "engines/sqlite/scratch.hpp"

namespace keel::sqlite {
namespace {

SqlAction only_action(std::string_view sql) {
    const auto read = SqliteStatementReader().read(sql);
    REQUIRE_MESSAGE(read.complaint.empty(), read.complaint);
    REQUIRE(read.actions.size() == 1);
    return read.actions.front();
}

}  // namespace

TEST_CASE("a SQLite table is read with its columns, keys and references") {
    const auto action = only_action(
        "create table if not exists \"Orders\" (id integer primary key autoincrement, note "
        "varchar(10) not null default 'x', made text default (datetime('now')), buyer int "
        "references users(id) on delete set null deferrable initially deferred, total int as (1) "
        "stored, constraint u unique (note, made)) strict, without rowid");

    CHECK(action.kind == ActionKind::create_table);
    CHECK(action.object.name == "orders");
    REQUIRE(action.columns.size() == 5);
    CHECK(action.columns[0].autoincrement);
    CHECK(action.columns[1].type == SqlType{"varchar", {10}, false});
    CHECK(action.columns[1].default_kind == DefaultKind::constant);
    CHECK(action.columns[2].default_kind == DefaultKind::own_function);
    CHECK(action.columns[3].constraints.at(0).references->on_delete == "set null");
    CHECK(action.columns[4].generated_stored);
    REQUIRE(action.constraints.size() == 1);
    CHECK(action.constraints[0].columns == std::vector<std::string>{"note", "made"});
    CHECK(action.strict);
    CHECK(action.without_rowid);
}

TEST_CASE("the forms of SQLite's alter table are told apart") {
    CHECK(only_action("alter table t rename to u").kind == ActionKind::rename_table);
    CHECK(only_action("alter table t rename a to b").new_name == "b");
    CHECK(only_action("alter table t drop column a").name == "a");
    CHECK(only_action("alter table t add a int not null").columns.at(0).not_null);
    CHECK(only_action("alter table t add constraint c check (a)").kind ==
          ActionKind::other_alter_table);
    CHECK(only_action("alter table t alter column a set not null").kind ==
          ActionKind::other_alter_table);
}

TEST_CASE("changes of rows know whether they are about all of them") {
    CHECK_FALSE(only_action("delete from t").has_where);
    CHECK(only_action("with x as (select 1 where 1) delete from t where 1").has_where);
    CHECK_FALSE(only_action("update t set a = (select 1 where 1)").has_where);
    const auto copy = only_action("insert into u select * from t");
    CHECK(copy.select_star);
    CHECK(copy.others.at(0).name == "t");
}

TEST_CASE("a scratch database says what SQLite would refuse, and where") {
    SqliteScratch scratch;
    CHECK_FALSE(scratch.run("create table t (a text, b int)").refusal);

    const auto refused = scratch.run("create index i on t (c)");

    REQUIRE(refused.refusal);
    CHECK(refused.refusal->message().find("c") != std::string::npos);
    CHECK_FALSE(scratch.run("attach '/nowhere/x.db' as other").refusal);
    CHECK_FALSE(scratch.run("insert into t (a) values ('x')").refusal);
    CHECK(scratch.run("insert into t (missing) values (1)").refusal);
}

TEST_CASE("a scratch database finds texts that stand in double quotes") {
    SqliteScratch scratch;
    scratch.run("create table t (a text)");

    CHECK_FALSE(scratch.run("select * from t where \"a\" = 'x'").misquoted);
    const auto trial = scratch.run("select * from t where a = \"x\"");

    CHECK_FALSE(trial.refusal);
    REQUIRE(trial.misquoted);
    CHECK(*trial.misquoted == 26);
}

TEST_CASE("what a scratch database rolls back is not defined any more") {
    SqliteScratch scratch;
    scratch.run("create table t (a text)");
    const auto before = scratch.definitions();

    scratch.begin();
    scratch.run("create table u (a text)");
    CHECK(scratch.definitions() != before);
    scratch.rollback();

    CHECK(scratch.definitions() == before);
}

}  // namespace keel::sqlite
