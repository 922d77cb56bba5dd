#include "ops/migrate/native_layout.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <optional>

#include "base/error.hpp"
#include "base/file.hpp"
#include "support/temporary_directory.hpp"

namespace keel {
namespace {

struct Files {
    TemporaryDirectory directory;
    MigrationFolder folder{.directory = directory.path() / "migrations", .root = directory.path()};

    Files() { std::filesystem::create_directory(folder.directory); }
    void add(const std::string& name, std::string_view text = "-- migrate:up\nselect 1;\n") const {
        write_file_atomically(folder.directory / name, text);
    }
    std::vector<Migration> read() const { return NativeLayout().read(folder); }
    std::optional<Error> failure() const {
        try {
            read();
        } catch (const Error& error) {
            return error;
        }
        return std::nullopt;
    }
};

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("migrations are read in the numeric order of their versions") {
    const Files files;
    files.add("10_b.sql");
    files.add("9_a.sql");
    files.add("100000000000000000000000000_d.sql");
    files.add("0011-c.sql");
    files.add("12.sql");
    files.add("README.md", "no migration");
    files.add(".hidden.sql", "no migration");

    const auto migrations = files.read();

    REQUIRE(migrations.size() == 5);
    CHECK(migrations[0].version == "9");
    CHECK(migrations[0].name == "a");
    CHECK(migrations[0].file == "migrations/9_a.sql");
    CHECK(migrations[2].version == "0011");
    CHECK(migrations[2].name == "c");
    CHECK(migrations[3].name.empty());
    CHECK(migrations[4].name == "d");
}

TEST_CASE("two files of one version are both named") {
    const Files files;
    files.add("7_a.sql");
    files.add("007_b.sql");

    const auto error = files.failure();

    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::invalid_input);
    CHECK(holds(error->message(), "migrations/7_a.sql"));
    CHECK(holds(error->message(), "migrations/007_b.sql"));
}

TEST_CASE("a file whose name begins with no version is refused") {
    const Files files;
    files.add("users.sql");

    const auto error = files.failure();

    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::invalid_input);
    CHECK(error->where().file == "migrations/users.sql");
}

TEST_CASE("a folder that is not there is reported with what to type") {
    const TemporaryDirectory directory;

    try {
        NativeLayout().read({.directory = directory.path() / "no", .root = directory.path()});
        FAIL("read a folder that is not there");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::not_found);
        CHECK(holds(error.hint(), "keel migrate new"));
        CHECK(holds(error.hint(), "--migrations"));
    }
}

TEST_CASE("a byte order mark is no part of a migration, and what is no text is refused") {
    const Files files;
    files.add("1_a.sql", "\xEF\xBB\xBF-- migrate:up\nselect 1;\n");
    CHECK(files.read().at(0).up.at(0).line == 2);

    files.add("2_b.sql", "-- migrate:up\nselect '\xFF';\n");
    const auto encoding = files.failure();
    REQUIRE(encoding);
    CHECK(encoding->where().file == "migrations/2_b.sql");
    CHECK(encoding->where().line == 2);

    files.add("2_b.sql", std::string_view("-- migrate:up\n\n\0", 16));
    const auto nul = files.failure();
    REQUIRE(nul);
    CHECK(nul->where().line == 3);
}

TEST_CASE("a file that cannot be read is an error with its path") {
    if (::geteuid() == 0) return;  // root may read everything
    const Files files;
    files.add("1_a.sql");
    std::filesystem::permissions(files.folder.directory / "1_a.sql", std::filesystem::perms::none);

    const auto error = files.failure();

    REQUIRE(error);
    CHECK(holds(error->message(), "1_a.sql"));
}

TEST_CASE("a new migration is made in a new folder, and never over another") {
    const TemporaryDirectory directory;
    const MigrationFolder folder{.directory = directory.path() / "db" / "migrations",
                                 .root = directory.path()};

    const auto path = create_migration(NativeLayout(), folder, "20260101000000", "users");

    CHECK(path.filename() == "20260101000000_users.sql");
    CHECK(NativeLayout().read(folder).at(0).has_down());
    CHECK_THROWS_AS(create_migration(NativeLayout(), folder, "20260101000000", "users"), Error);
}

TEST_CASE("only layouts that can be read are accepted") {
    const Files files;
    CHECK(migration_layout("auto", files.folder).name() == "keel");
    for (const std::string name : {"keel", "goose", "golang-migrate", "flyway", "diesel", "prisma",
                                   "sqlx", "pop", "drizzle", "sqitch", "plain"})
        CHECK(migration_layout(name, files.folder).name() == name);
    CHECK_THROWS_AS(migration_layout("nonesuch", files.folder), Error);
}

}  // namespace keel
