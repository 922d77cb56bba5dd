#include "lint_world.hpp"

namespace keel::lint {
namespace {

/// Whole migrations in which nothing is wrong, though parts of them look like it.
struct Quiet {
    EngineKind engine;
    const char* given;
    const char* text;
};

const Quiet quiet[] = {
    // What is made here is in nobody's way yet.
    {EngineKind::postgres, "",
     "-- migrate:up\n"
     "create materialized view many as select generate_series(1, 3) as id;\n"
     "create unique index many_id on many (id);\nrefresh materialized view many;\n"
     "-- migrate:down\ndrop materialized view many;\n"},
    {EngineKind::postgres, "",
     "-- migrate:up\n"
     "create table t (id bigint primary key, label text default 'drop table users;');\n"
     "alter table t add constraint positive check (id > 0);\ncreate index t_label on t (label);\n"
     "insert into t (id) values (1);\nalter table t alter column label set not null;\n"
     "-- migrate:down\ndrop table t;\n"},
    {EngineKind::postgres, "",
     "-- migrate:up\ncreate table passing (id integer);\ninsert into passing values (1);\n"
     "drop table passing;\n-- migrate:down\nselect 1;\n"},
    // Text, comments and bodies are no statements.
    {EngineKind::postgres, "",
     "-- migrate:up\n/* truncate users; /* drop table users; */ */\n"
     "create function f() returns text language sql as $$ select 'delete from users;' $$;\n"
     "comment on function f() is 'vacuum full; cluster users';\n"
     "-- migrate:down\ndrop function f();\n"},
    {EngineKind::postgres, "create table t (id bigint primary key, n bigint);",
     "-- migrate:up transaction:false\ncreate index concurrently t_n on t (n);\n"
     "-- migrate:down transaction:false\ndrop index concurrently t_n;\n"},
    {EngineKind::postgres, "create table t (id bigint primary key, n bigint);",
     "-- migrate:up\nalter table t add column more text, alter column n set default 3;\n"
     "-- migrate:down\nalter table t alter column n drop default, drop column more;\n"},
    {EngineKind::sqlite, "",
     "-- migrate:up\ncreate table passing (id integer);\ninsert into passing values (1);\n"
     "drop table passing;\n-- migrate:down\nselect 1;\n"},
    {EngineKind::sqlite, "create table t (id integer primary key, label text not null);",
     "-- migrate:up\nalter table t add column n integer;\n"
     "create index t_n on t (n) where label <> 'drop table t;';\n"
     "create trigger tt after update on t begin select case when new.n then 1 else 2 end; end;\n"
     "-- migrate:down\ndrop trigger tt;\ndrop index t_n;\nalter table t drop column n;\n"},
    {EngineKind::sqlite, "",
     "-- migrate:up\ncreate table words (word text primary key not null, n integer) without rowid, "
     "strict;\n"
     "insert into words (word, n) values ('vacuum', 1);\n-- migrate:down\ndrop table words;\n"},
};

}  // namespace

TEST_CASE("lint says nothing of migrations in which nothing is wrong") {
    for (const auto& one : quiet) {
        LintWorld world(one.engine);
        if (*one.given != '\0') world.given(std::string("-- migrate:up\n") + one.given + "\n");
        world.pending(one.text);
        CAPTURE(std::string(one.text));
        const auto found = ids_of(world.lint());

        CHECK(found == "");
    }
}

TEST_CASE("a table that is dropped and made again is looked at as it is made") {
    const auto lint_of = [](EngineKind engine, const std::string& text) {
        LintWorld world(engine);
        world.pending("-- migrate:up\n" + text + "-- migrate:down\nselect 1;\n");
        return ids_of(world.lint());
    };
    const std::string again = "drop table if exists t;\ncreate table t (label text);\n";
    for (const EngineKind engine : {EngineKind::postgres, EngineKind::sqlite}) {
        CHECK(lint_of(engine, again).find("S01") != std::string::npos);
        CHECK(lint_of(engine, again + "drop table t;\n").find("S01") == std::string::npos);
    }
    const std::string key = "alter table t add primary key (label);\n";
    CHECK(lint_of(EngineKind::postgres, key + again).find("S01") != std::string::npos);
    CHECK(lint_of(EngineKind::postgres, again + key).find("S01") == std::string::npos);
}

}  // namespace keel::lint
