#include "engines/postgres/statement_reader.hpp"

#include <doctest/doctest.h>

namespace keel::postgres {
namespace {

SqlAction only_action(std::string_view sql) {
    const auto read = PostgresStatementReader().read(sql);
    REQUIRE_MESSAGE(read.complaint.empty(), read.complaint);
    REQUIRE(read.actions.size() == 1);
    return read.actions.front();
}

}  // namespace

TEST_CASE("a table is read with its columns, their types and their constraints") {
    const auto action = only_action(
        "create table shop.orders (id bigserial primary key, note varchar(10) not null default 'x',"
        " buyer int references users(id) on delete cascade, made timestamptz default now(),"
        " token uuid default gen_random_uuid(), check (note is not null and id > 0))");

    CHECK(action.kind == ActionKind::create_table);
    CHECK(action.object.text() == "shop.orders");
    REQUIRE(action.columns.size() == 5);
    CHECK(action.columns[0].serial);
    CHECK(action.columns[0].type.name == "int8");
    CHECK(action.columns[1].type == SqlType{"varchar", {10}, false});
    CHECK(action.columns[1].not_null);
    CHECK(action.columns[2].constraints.at(0).references->on_delete == "cascade");
    CHECK(action.columns[3].default_kind == DefaultKind::stable);
    CHECK(action.columns[4].default_kind == DefaultKind::per_row);
    CHECK(action.columns[4].default_function == "gen_random_uuid");
    CHECK(action.constraints.at(0).not_null == std::vector<std::string>{"note"});
}

TEST_CASE("each part of an alter table is an action with its place") {
    const auto read = PostgresStatementReader().read(
        "alter table only t add column c int, alter d set not null, add constraint f foreign key "
        "(c) references r not valid, drop constraint g");

    REQUIRE(read.actions.size() == 4);
    CHECK(read.actions[0].kind == ActionKind::add_column);
    CHECK(read.actions[0].offset == 30);
    CHECK_FALSE(read.actions[0].recursive);
    CHECK(read.actions[1].kind == ActionKind::set_not_null);
    CHECK(read.actions[2].constraints.at(0).not_valid);
    CHECK(read.actions[2].constraints.at(0).references->table.name == "r");
    CHECK(read.actions[3].kind == ActionKind::drop_constraint);
    CHECK(read.actions[3].name == "g");
}

TEST_CASE("indexes, drops and changes of rows are told apart") {
    const auto index = only_action("create unique index concurrently i on t (a, lower(b)) where c");
    CHECK(index.kind == ActionKind::create_index);
    CHECK(index.concurrently);
    CHECK(index.unique);
    CHECK(index.partial);
    CHECK(index.keys == std::vector<std::string>{"a", ""});

    CHECK(only_action("drop table t cascade").cascade);
    CHECK(only_action("drop trigger a on s.t").object.text() == "s.t");
    CHECK_FALSE(only_action("delete from t").has_where);
    CHECK(only_action("update t set a = 1 where b").has_where);
    CHECK(only_action("alter type e add value 'x' after 'y'").has_position);
    CHECK(only_action("grant select on t to public").to_public);
    CHECK(only_action("vacuum (full) t").kind == ActionKind::vacuum_full);
    CHECK(only_action("alter table p detach partition q concurrently").concurrently);
}

TEST_CASE("what the grammar does not know is a complaint with its place") {
    const auto read = PostgresStatementReader().read("create table t (a int b)");

    CHECK(read.actions.empty());
    CHECK(read.complaint.find("syntax error") != std::string::npos);
    CHECK(read.complaint_offset == 22);
}

TEST_CASE("names that the server cuts off are found as they are written") {
    const std::string name(64, 'x');
    const auto read = PostgresStatementReader().read("create table " + name + " (\"Id\" int)");

    REQUIRE(read.long_names.size() == 1);
    CHECK(read.long_names[0].offset == 13);
    REQUIRE(read.quoted.size() == 1);
    CHECK(read.quoted[0].text == "Id");
}

}  // namespace keel::postgres
