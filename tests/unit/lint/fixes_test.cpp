#include "ops/lint/fixes.hpp"

#include "lint_world.hpp"

namespace keel::lint {
namespace {

/// The text of a pending migration after --fix; unchanged when nothing is done.
std::string fixed(EngineKind kind, const std::string& text) {
    LintWorld world(kind);
    world.given(example_schema(kind));
    world.pending(text);
    const auto files =
        fix_files(world.lint(), [&](const std::filesystem::path&) { return world.text(1); });
    return files.empty() ? world.text(1) : files.front().text;
}

}  // namespace

TEST_CASE("an index that stands alone becomes concurrent, outside a transaction") {
    CHECK(fixed(EngineKind::postgres, "-- migrate:up\ncreate index i on users (age);\n") ==
          "-- migrate:up transaction:false\ncreate index concurrently i on users (age);\n");
    CHECK(fixed(EngineKind::postgres, "-- migrate:up\ndrop index orders_user_id;\n") ==
          "-- migrate:up transaction:false\ndrop index concurrently orders_user_id;\n");
}

TEST_CASE("an index among other statements is left as it is") {
    const std::string text =
        "-- migrate:up\ncreate index i on users (age);\nalter table users add column x int;\n";

    CHECK(fixed(EngineKind::postgres, text) == text);
}

TEST_CASE("a constraint gets NOT VALID") {
    CHECK(fixed(EngineKind::postgres,
                "-- migrate:up\nalter table users add constraint c check (age < 200);\n") ==
          "-- migrate:up\nalter table users add constraint c check (age < 200) not valid;\n");
}

TEST_CASE("types of new columns are replaced where they stand") {
    CHECK(fixed(EngineKind::postgres,
                "-- migrate:up\ncreate table x (id serial primary key, a TIMESTAMP, b json);\n") ==
          "-- migrate:up\ncreate table x (id bigserial primary key, a timestamptz, b jsonb);\n");
    CHECK(fixed(EngineKind::sqlite, "-- migrate:up\ncreate table x (id int primary key);\n") ==
          "-- migrate:up\ncreate table x (id integer primary key);\n");
}

TEST_CASE("a transaction around everything is taken away") {
    CHECK(fixed(EngineKind::sqlite,
                "-- migrate:up\nbegin;\ncreate table x (id integer primary "
                "key);\ncommit;\n") == "-- migrate:up\ncreate table x (id integer primary key);\n");
}

TEST_CASE("texts in double quotes get single ones") {
    CHECK(fixed(EngineKind::sqlite,
                "-- migrate:up\nupdate users set nickname = \"none\" where nickname is null;\n") ==
          "-- migrate:up\nupdate users set nickname = 'none' where nickname is null;\n");
}

TEST_CASE("what was fixed is found no more") {
    for (const EngineKind kind : {EngineKind::postgres, EngineKind::sqlite}) {
        for (const Rule& rule : all_rules()) {
            const Example& example = example_of(rule, kind);
            if (example.bad.empty() || example.bad.starts_with("-- file")) continue;
            LintWorld world(kind);
            world.given(example_schema(kind));
            world.pending(std::string(example.bad));
            const auto files = fix_files(world.lint(), [&](const auto&) { return world.text(1); });
            if (files.empty()) continue;
            CAPTURE(files.front().text);
            const auto after = lint_example(kind, files.front().text);
            for (const auto& id : files.front().rules) {
                CAPTURE(id);
                CAPTURE(ids_of(after));
                CHECK_FALSE(has_rule(after, id));
                CHECK_FALSE(has_rule(after, "X01"));
            }
        }
    }
}

TEST_CASE("a file that is not as it was read is left alone") {
    LintWorld world(EngineKind::sqlite);
    world.given(example_schema(EngineKind::sqlite));
    world.pending("create table x (id int primary key);");

    CHECK(
        fix_files(world.lint(), [](const auto&) { return std::string("something else"); }).empty());
}

}  // namespace keel::lint
