#include "ops/migrate/native_parser.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "base/error.hpp"
#include "ops/migrate/migration_text.hpp"

namespace keel {
namespace {

constexpr const char* file = "migrations/1_users.sql";

std::optional<Error> failure_of(std::string_view text) {
    try {
        parse_native_migration(text, file);
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

void check_place(const std::optional<Error>& error, int line, int column) {
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::invalid_input);
    CHECK(error->where().file == file);
    CHECK(error->where().line == line);
    CHECK(error->where().column == column);
    CHECK_FALSE(error->hint().empty());
}

}  // namespace

TEST_CASE("a migration has its sections, each with its place in the file") {
    const std::string text =
        "-- what for\n\n-- migrate:up\ncreate table a (b int);\n"
        "-- migrate:verify\nselect 1;\n-- migrate:down\ndrop table a;\n";

    const Migration migration = parse_native_migration(text, file);

    REQUIRE(migration.up.size() == 1);
    CHECK(migration.up[0].text == "create table a (b int);\n");
    CHECK(migration.up[0].line == 4);
    CHECK(text.substr(migration.up[0].offset, 12) == "create table");
    CHECK(migration.up[0].transaction);
    REQUIRE(migration.verify.size() == 1);
    CHECK(migration.verify[0].line == 6);
    REQUIRE(migration.down.size() == 1);
    CHECK(migration.down[0].text == "drop table a;\n");
    CHECK(migration.down[0].line == 8);
}

TEST_CASE("carriage returns before line feeds do not belong to markers") {
    const Migration migration =
        parse_native_migration("-- migrate:up transaction:false\r\nvacuum;\r\n", file);

    CHECK_FALSE(migration.up.at(0).transaction);
    CHECK(migration.up.at(0).text == "vacuum;\r\n");
    CHECK(migration.up.at(0).marker == "-- migrate:up transaction:false");
}

TEST_CASE("the options of a section are read") {
    const Migration migration = parse_native_migration(
        "--migrate:up  engine:postgres\ttransaction:false lock_timeout:5s idempotent "
        "probe:select to_regclass('a') is not null\nselect 1;\n",
        file);

    const MigrationSection& up = migration.up.at(0);
    CHECK(up.engine == EngineKind::postgres);
    CHECK_FALSE(up.transaction);
    CHECK(up.lock_timeout == std::chrono::seconds(5));
    CHECK(up.idempotent);
    CHECK(up.probe == "select to_regclass('a') is not null");
}

TEST_CASE("sections of one kind may stand side by side for different engines") {
    const Migration migration = parse_native_migration(
        "-- migrate:up\na;\n-- migrate:up engine:sqlite\nb;\n-- migrate:up engine:postgres\nc;\n",
        file);

    REQUIRE(migration.up.size() == 3);
    CHECK_FALSE(migration.up[0].engine);
    CHECK(migration.up[1].engine == EngineKind::sqlite);
    CHECK_FALSE(migration.has_down());
}

TEST_CASE("two sections of one kind for one engine are refused") {
    check_place(failure_of("-- migrate:up\na;\n-- migrate:up\nb;\n"), 3, 1);
    check_place(failure_of("-- migrate:up engine:sqlite\n-- migrate:up engine:sqlite\n"), 2, 1);
    CHECK_FALSE(failure_of("-- migrate:up\n-- migrate:verify\na\n-- migrate:verify\nb\n"));
}

TEST_CASE("only comments and blanks may stand before the first marker") {
    CHECK_FALSE(failure_of("-- a\n\n/* b\n c */ -- d\n-- migrate:up\n"));
    check_place(failure_of("-- a\n  create table x (y int);\n-- migrate:up\n"), 2, 3);
    check_place(failure_of("/* a */ select 1;\n-- migrate:up\n"), 1, 9);
}

TEST_CASE("a file without any marker, or without an up section, is refused with what to write") {
    check_place(failure_of("create table a (b int);\n"), 1, 1);
    check_place(failure_of("-- migrate:down\ndrop table a;\n"), 1, 1);
    check_place(failure_of(""), 1, 1);
    CHECK(failure_of("-- +goose Up\nselect 1;\n")->hint().find("goose") != std::string::npos);
}

TEST_CASE("an unknown marker or option is named with the nearest valid word and its column") {
    const auto marker = failure_of("-- migrate:upp\n");
    check_place(marker, 1, 4);
    CHECK(marker->message().find("'migrate:up'") != std::string::npos);

    const auto option = failure_of("-- migrate:up transactoin:false\n");
    check_place(option, 1, 15);
    CHECK(option->message().find("'transaction'") != std::string::npos);

    const auto engine = failure_of("-- migrate:up\n-- migrate:down engine:postgre\n");
    check_place(engine, 2, 24);
    CHECK(engine->message().find("'postgres'") != std::string::npos);

    check_place(failure_of("-- Migrate:Up\n"), 1, 4);
    check_place(failure_of("-- migrate:up transaction:no\n"), 1, 27);
    check_place(failure_of("-- migrate:up transaction\n"), 1, 15);
    check_place(failure_of("-- migrate:up lock_timeout:soon\n"), 1, 28);
    check_place(failure_of("-- migrate:up lock_timeout:\n"), 1, 28);
    check_place(failure_of("-- migrate:up engine:sqlite engine:sqlite\n"), 1, 29);
    check_place(failure_of("-- migrate:up\n-- migrate:verify transaction:false\n"), 2, 19);
}

TEST_CASE("options that would do nothing in a transaction are refused") {
    check_place(failure_of("-- migrate:up idempotent\n"), 1, 15);
    check_place(failure_of("-- migrate:up probe:select 1\n"), 1, 15);
    check_place(failure_of("-- migrate:up transaction:false idempotent:yes\n"), 1, 44);
}

TEST_CASE("a marker that is indented is refused, for it would else be a comment") {
    check_place(failure_of("-- migrate:up\na;\n  -- migrate:down\nb;\n"), 3, 1);
}

TEST_CASE("markers count inside strings and dollar quotes too") {
    const Migration migration =
        parse_native_migration("-- migrate:up\nselect $$\n-- migrate:down\n$$;\n", file);

    CHECK(migration.up.at(0).text == "select $$\n");
    CHECK(migration.has_down());
}

TEST_CASE("the recorded down sections are the file's, options and all") {
    const Migration migration = parse_native_migration(
        "-- migrate:up\na;\n-- migrate:down transaction:false engine:sqlite\nvacuum;\n"
        "-- migrate:verify\nselect 1;\n-- migrate:down engine:postgres\nb;",
        file);

    const Migration recorded = parse_recorded_down(down_text(migration), "recorded");

    REQUIRE(recorded.down.size() == 2);
    CHECK(recorded.down[0].text == "vacuum;\n");
    CHECK_FALSE(recorded.down[0].transaction);
    CHECK(recorded.down[1].engine == EngineKind::postgres);
    CHECK(recorded.down[1].text == "b;\n");
    CHECK(recorded.up.empty());
    CHECK(down_text(recorded) == down_text(migration));
    CHECK(down_text(parse_native_migration("-- migrate:up\na;\n", file)).empty());
    CHECK(down_text(parse_native_migration("-- migrate:up\n-- migrate:down", file)) ==
          "-- migrate:down\n");
}

TEST_CASE("cosmetic edits do not change the checksum, others do") {
    const std::string text = "-- migrate:up\n\nselect 1;\n";

    CHECK(migration_checksum(text) == migration_checksum("-- migrate:up\r\n\r\nselect 1;\r\n"));
    CHECK(migration_checksum(text) == migration_checksum("-- migrate:up  \n\t\nselect 1; "));
    CHECK(migration_checksum(text) == migration_checksum(text + "\n\n"));
    CHECK(migration_checksum(text) != migration_checksum("-- migrate:up\nselect 1;\n"));
    CHECK(migration_checksum(text) != migration_checksum("-- migrate:up\n\nselect  1;\n"));
    CHECK(migration_checksum(text) != migration_checksum("-- migrate:up\n\n select 1;\n"));
}

}  // namespace keel
