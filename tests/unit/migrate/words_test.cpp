#include <doctest/doctest.h>

#include "base/error.hpp"
#include "ops/migrate/destructive.hpp"
#include "ops/migrate/new_migration.hpp"

namespace keel {

TEST_CASE("statements that may destroy something are found") {
    CHECK(destructive_part("drop table a") == "drop table");
    CHECK(destructive_part("/* x */ DROP  Schema s") == "drop schema");
    CHECK(destructive_part("alter table a drop column b") == "drop column");
    CHECK(destructive_part("alter table a drop b, add c int") == "drop column");
    CHECK(destructive_part("truncate a") == "truncate");
    CHECK(destructive_part("delete from a where b = 1") == "delete");
    CHECK(destructive_part("with x as (delete from a returning *) insert into b select * from x") ==
          "delete");
    CHECK(destructive_part("update a set b = 1") == "update without where");
    CHECK(destructive_part("drop type t cascade") == "drop … cascade");
    CHECK(destructive_part("do $$ begin delete from a; end $$") == "delete");
    CHECK(destructive_part("do $x$ begin drop table a; end $x$") == "drop table");
    CHECK(destructive_part("merge into a using b on a.c = b.c when matched then delete") ==
          "delete");
}

TEST_CASE("statements that destroy nothing are let be") {
    CHECK(destructive_part("").empty());
    CHECK(destructive_part("create table a (b int references c on delete cascade)").empty());
    CHECK(destructive_part("create trigger t after delete on a begin delete from b; end").empty());
    CHECK(destructive_part("alter table a drop constraint c").empty());
    CHECK(destructive_part("alter table a alter column b drop not null").empty());
    CHECK(destructive_part("alter table a alter column b drop default").empty());
    CHECK(destructive_part("update a set b = 1 where c = 2").empty());
    CHECK(destructive_part("insert into a values ('drop table b; delete from c')").empty());
    CHECK(destructive_part("drop index i").empty());
    CHECK(destructive_part("select 'truncate'").empty());
}

TEST_CASE("a name becomes a part of a file name") {
    CHECK(migration_slug("Add users' table") == "add_users_table");
    CHECK(migration_slug("  orders--have/../a currency!  ") == "orders_have_a_currency");
    CHECK(migration_slug(std::string(300, 'a')).size() == 100);
    CHECK_THROWS_AS(migration_slug("…"), Error);
    CHECK_THROWS_AS(migration_slug(""), Error);
}

TEST_CASE("a new version is the time, or the next second that is free") {
    const TimePoint now = parse_utc("2026-11-20T23:59:59Z");

    CHECK(next_version(now, {}) == "20261120235959");
    CHECK(next_version(now, {"1", "20261120235959"}) == "20261121000000");
}

}  // namespace keel
