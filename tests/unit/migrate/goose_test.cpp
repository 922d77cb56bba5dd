#include <doctest/doctest.h>

#include "engines/postgres/engine.hpp"
#include "engines/sqlite/engine.hpp"
#include "ops/migrate/layouts/goose_parser.hpp"
#include "source_folder.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::listed;
using test::SourceFolder;
using test::World;

EnvironmentReader variables() {
    return [](std::string_view name) -> std::optional<std::string> {
        if (name == "OWNER") return "anna";
        if (name == "EMPTY") return "";
        return std::nullopt;
    };
}

Migration parse(std::string_view text) {
    return parse_goose_migration(text, "1_x.sql", variables());
}

std::optional<Error> failure(std::string_view text) {
    try {
        parse(text);
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("goose: a project is applied, undone and applied again on both engines") {
    test::for_each_engine([](World& world) {
        world.file("00002_orders.sql",
                   "-- +goose Up\n-- +goose StatementBegin\ncreate table orders (id int)\n"
                   "-- +goose StatementEnd\n-- +goose StatementBegin\n"
                   "insert into users values (2)\n-- +goose StatementEnd\n\n"
                   "-- +goose Down\ndrop table orders;\n");
        world.file(
            "00001_users.sql",
            "-- +goose Up\ncreate table users (id int);\n\n-- +goose Down\ndrop table users;");
        world.file("00010_seed.sql", "-- +goose Up\ninsert into users values (10);\n");
        world.file("00009_column.sql",
                   "-- +goose Up\nalter table orders add column name text;\n"
                   "-- +goose Down\nalter table orders drop column name;\n");

        const Report up = world.run("migrate up");
        REQUIRE_MESSAGE(up.ok(), up.error->message());
        CHECK(listed(up.result.at("applied"), "version") == "00001 00002 00009 00010");
        CHECK(up.result.at("applied").as_array()[1].at("statements").as_integer() == 2);
        CHECK(world.ask("select count(*) from users") == "2");

        const Report down = world.run("migrate down", {{"to", "00009_column.sql"}});
        CHECK(down.error->message() ==
              "00010_seed cannot be undone: it has no '-- migrate:down' section");
        world.remove_file("00010_seed.sql");
        world.file("00010_seed.sql",
                   "-- +goose Up\ninsert into users values (10);\n-- +goose Down\n"
                   "delete from users where id = 10;\n");
        CHECK(world.run("migrate repair", {{"version", "10"}, {"accept", ""}}).ok());
        CHECK(listed(world.run("migrate down", {{"to", "0"}}).result.at("reverted"), "version") ==
              "00010 00009 00002 00001");
        CHECK_FALSE(world.has_table("users"));
        CHECK(world.run("migrate up").ok());
        CHECK(world.ask("select count(*) from users") == "2");
    });
}

TEST_CASE("goose: errors name the line of the file, in the up and in the down") {
    test::for_each_engine([](World& world) {
        world.file("1_users.sql",
                   "-- a comment\n-- +goose Up\ncreate table users (id int);\n"
                   "insert into nowhere values (1);\n-- +goose Down\ndrop table users;\n");
        Report report = world.run("migrate up");
        REQUIRE(report.error);
        CHECK(report.error->where().file == "migrations/1_users.sql");
        CHECK(report.error->where().line == 4);
        CHECK_FALSE(world.has_table("users"));

        world.file("1_users.sql",
                   "-- +goose Up\ncreate table users (id int);\n-- +goose Down\n\n"
                   "drop table nowhere;\n");
        REQUIRE(world.run("migrate up").ok());
        report = world.run("migrate down");
        REQUIRE(report.error);
        CHECK(report.error->where().line == 5);
    });
}

TEST_CASE(
    "goose: StatementEnd ends a statement that has no semicolon, and none is added to a body") {
    const auto engine = postgres::make_engine();
    const Migration migration = parse(
        "-- +goose Up\n-- +goose StatementBegin\ncreate function f() returns int as $$\nbegin\n"
        "  return 1;\nend;\n$$ language plpgsql\n-- +goose StatementEnd\n"
        "-- +goose StatementBegin\nselect f();\n-- +goose StatementEnd\nselect 3; -- three\n");
    const Script script = compile_script(migration, Direction::up, *engine);
    REQUIRE(script.statements.size() == 3);
    CHECK(script.statements[0].text.ends_with("language plpgsql"));
    CHECK(script.statements[0].line == 3);
    CHECK(script.statements[1].text == "select f()");
    CHECK(script.statements[2].line == 12);
}

TEST_CASE("goose: a trigger of SQLite is one statement") {
    const auto engine = sqlite::make_engine();
    const Migration migration = parse(
        "-- +goose Up\ncreate table t (a);\n-- +goose StatementBegin\n"
        "create trigger r after insert on t begin\n  update t set a = 1;\n  delete from t;\nend\n"
        "-- +goose StatementEnd\ncreate index i on t (a);\n");
    CHECK(compile_script(migration, Direction::up, *engine).statements.size() == 3);
}

TEST_CASE("goose: NO TRANSACTION counts wherever it stands, for up and down") {
    const Migration migration =
        parse("-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;\n-- +goose NO TRANSACTION\n");
    CHECK_FALSE(migration.up.front().transaction);
    CHECK_FALSE(migration.down.front().transaction);
    CHECK(parse("-- +goose Up\nselect 1;\n").up.front().transaction);
}

TEST_CASE("goose: annotations may lack the blank and be in any case") {
    const Migration migration = parse("--+GOOSE up\r\nselect 1;\r\n  -- +goose down\r\nselect 2;");
    CHECK(migration.up.front().text == "select 1;\r\n");
    CHECK(migration.has_down());
}

TEST_CASE("goose: variables are replaced between ENVSUB ON and OFF") {
    const Migration migration = parse(
        "-- +goose Up\nselect '$OWNER';\n-- +goose ENVSUB ON\n"
        "select '$OWNER ${OWNER} ${NONE:-x} ${EMPTY:-y} ${EMPTY-z} ${NONE}', $$a$$, "
        "$body$b$body$;\n"
        "-- +goose ENVSUB OFF\nselect '${OWNER}';\n");
    const std::string& text = migration.up.front().text;
    CHECK(holds(text, "select '$OWNER';"));
    CHECK(holds(text, "select 'anna anna x y  ', $$a$$, $body$b$body$;"));
    CHECK(holds(text, "select '${OWNER}';"));
}

TEST_CASE("goose: what goose would not read is refused with its line") {
    const auto none = failure("create table a (id int);\n");
    REQUIRE(none);
    CHECK(holds(none->message(), "before '-- +goose Up'"));
    CHECK(failure("-- only a comment\n")->message() == "the file has no '-- +goose Up'");
    const auto unknown = failure("-- +goose Up\n-- +goose Upp\n");
    CHECK(unknown->where().line == 2);
    CHECK(failure("-- +goose Up\n-- +goose StatementBegin\nselect 1;\n")->message() ==
          "a '-- +goose StatementBegin' has no '-- +goose StatementEnd'");
    CHECK(failure("-- +goose Up\n-- +goose StatementEnd\n"));
    CHECK(failure("-- +goose Up\n-- +goose StatementBegin\n-- +goose Down\n"));
    CHECK(failure("-- +goose Down\nselect 1;\n"));
    CHECK(failure("-- +goose Up\n-- +goose Up\n"));
}

TEST_CASE("goose: versions are numbers, and a Go migration is there but cannot be run") {
    const SourceFolder folder({{"10_b.sql", "-- +goose Up\nselect 1;\n"},
                               {"9_a.sql", "-- +goose Up\nselect 1;\n"},
                               {"00011_seed.go", "package migrations\n"},
                               {"00011_seed_test.go", "package migrations\n"},
                               {"main.go", "package migrations\n"},
                               {"README.md", "text"}});
    CHECK(folder.layout() == "goose");
    CHECK(folder.order() == "9 a, 10 b, 00011 seed");
    const auto migrations = folder.read();
    CHECK(migrations[2].problem ==
          "'migrations/00011_seed.go' is written in Go, and keel runs SQL alone");
    CHECK(holds(migrations[2].problem_hint, "--skip 00011"));

    folder.add("00009_c.sql", "-- +goose Up\n");
    CHECK(folder.failure()->message() ==
          "'migrations/00009_c.sql' and 'migrations/9_a.sql' have the same version 9");
    const SourceFolder unnamed(SourceFolder::Files{{"users.sql", "-- +goose Up\nselect 1;\n"}});
    CHECK(unnamed.failure()->kind() == ErrorKind::invalid_input);
}

}  // namespace keel
