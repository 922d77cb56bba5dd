#include "engines/postgres/keywords.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace keel::postgres;

TEST_CASE("statements that PostgreSQL refuses inside a transaction are known") {
    for (const std::string sql : {"vacuum",
                                  "VACUUM (full) t",
                                  "create index concurrently i on t (a)",
                                  "create unique index concurrently if not exists i on t (a)",
                                  "drop index concurrently i",
                                  "/* x */ reindex (verbose, concurrently) table t",
                                  "reindex index concurrently i",
                                  "reindex database d",
                                  "reindex schema s",
                                  "reindex (verbose) system d",
                                  "cluster",
                                  "cluster verbose",
                                  "create database d",
                                  "drop database if exists d",
                                  "create tablespace x location '/x'",
                                  "drop tablespace x",
                                  "alter system set a = 1",
                                  "alter database d set tablespace x",
                                  "alter table \"t\" detach partition p concurrently",
                                  "create subscription s connection '' publication p",
                                  "drop subscription s",
                                  "alter subscription s refresh publication",
                                  "commit prepared 'x'",
                                  "discard all"}) {
        CAPTURE(sql);
        CHECK(is_outside_transaction(sql));
    }
}

TEST_CASE("statements that may run inside a transaction are not taken for others") {
    for (const std::string sql :
         {"create index i on t (a)", "create index on concurrently_x (a)", "drop index i",
          "reindex table t", "reindex (verbose) index i", "cluster t", "cluster t using i",
          "alter database d set work_mem = '1MB'", "alter table t detach partition p",
          "create subscription s connection '' publication p with (connect = false)",
          "create table vacuum_log (a text default 'vacuum')", "select 'vacuum'", "discard temp",
          "commit", "insert into t values ('create database x')", "analyze t",
          "alter type e add value 'x'", ""}) {
        CAPTURE(sql);
        CHECK_FALSE(is_outside_transaction(sql));
    }
}

TEST_CASE("statements that steer transactions are known") {
    for (const std::string sql : {"begin", "START TRANSACTION read only", "commit and chain", "end",
                                  "rollback to savepoint x", "abort", "savepoint x", "release x",
                                  "prepare transaction 'x'", "-- c\ncommit"}) {
        CAPTURE(sql);
        CHECK(is_transaction_control(sql));
    }
    for (const std::string sql : {"prepare p as select 1", "select 1", "set transaction read only",
                                  "\"begin\"", "do $$ begin commit; end $$"}) {
        CAPTURE(sql);
        CHECK_FALSE(is_transaction_control(sql));
    }
}
