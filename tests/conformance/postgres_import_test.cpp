// Archives that pg_dump has written, as it writes them, become databases.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "db/admin.hpp"
#include "db/file_exchange.hpp"
#include "db/table_archive.hpp"
#include "db/unpublished.hpp"
#include "fixture.hpp"
#include "postgres_support.hpp"
#include "support.hpp"
#include "support/temporary_directory.hpp"

namespace keel::conformance {
namespace {

struct Archives {
    std::unique_ptr<EngineFixture> fixture = make_postgres_fixture();
    TemporaryDirectory directory;
    DatabaseUrl url;

    Archives() {
        if (!fixture) return;
        url = fixture->make_database();
        const auto connection = fixture->connect(url);
        for (const auto* statement :
             {"create table a (id integer primary key, v text)",
              "create table b (a integer references a (id))",
              "insert into a select g, 'value ' || g from generate_series(1, 500) g",
              "insert into b values (7), (8)", "create index on a (v)"})
            connection->execute(statement);
    }

    std::filesystem::path dump(const std::string& form) const {
        const auto path = directory.path() / form;
        const auto command =
            fmt::format("pg_dump --format={} --file='{}' --host='{}/socket' --username=owner '{}'",
                        form, path.native(), postgres_directory(), url.database());
        REQUIRE(std::system(command.c_str()) == 0);
        return path;
    }

    const FileExchange& files() const { return fixture->engine().table_archive().files(); }
    StageOptions place() const { return {.target = url, .run_id = fresh_run_id()}; }
};

}  // namespace

TEST_CASE("archives of pg_dump are recognised and become databases, directories too") {
    const Archives archives;
    if (!archives.fixture) return;
    for (const auto& [word, form] :
         {std::pair("directory", FileForm::directory), std::pair("custom", FileForm::custom)}) {
        CAPTURE(word);
        const auto path = archives.dump(word);
        CHECK(archives.files().form_of(path) == form);
        auto imported = archives.files().stage({.path = path}, archives.place(), QuietContext());
        const Unpublished staged(archives.fixture->engine().admin(), std::move(imported.staged));
        const auto connection = archives.fixture->connect((*staged).url, true);
        CHECK(connection->query_integer("select count(*) from a where v = 'value ' || id") == 500);
        CHECK(connection->query_integer("select sum(a) from b") == 15);
        CHECK(connection->query_integer("select count(*) from pg_constraint where contype = 'f' "
                                        "and convalidated") == 1);
    }
}

TEST_CASE("a directory of pg_dump with rows missing is refused, and leaves no database") {
    const Archives archives;
    if (!archives.fixture) return;
    const auto path = archives.dump("directory");
    int removed = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path))
        if (entry.path().extension() == ".gz") removed += std::filesystem::remove(entry.path());
    REQUIRE(removed == 2);
    CHECK_THROWS_AS(archives.files().stage({.path = path}, archives.place(), QuietContext()),
                    Error);
    CHECK(archives.fixture->engine().admin().find_leftovers(archives.url).empty());
}

}  // namespace keel::conformance
