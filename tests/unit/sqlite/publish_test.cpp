#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/file.hpp"
#include "db/admin.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/replacement.hpp"
#include "engines/sqlite/staged_guard.hpp"
#include "support.hpp"

namespace keel::sqlite {
namespace {

constexpr auto run_id = "20260101t000000-aaaaaa";

/// Puts a database with one table of `rows` rows where a restore would have staged it.
StagedDatabase make_staged(const Place& place, const std::string& setting, int rows) {
    const PrivateFiles files(std::filesystem::canonical(place.directory.path()) / "app.db", run_id);
    {
        const auto source = place.connect(place.address("sqlite:source.db"));
        source->query_text("pragma journal_mode = delete");
        source->query_text(setting);
        source->execute("vacuum");
        source->execute("create table t (n)");
        for (int row = 0; row < rows; ++row) source->execute("insert into t values (1)");
    }
    std::filesystem::rename(place.file("source.db"), files.staged());
    return {place.url.with_path(files.staged()), place.url, run_id,
            std::make_shared<StagedGuard>(files)};
}

std::int64_t rows_of(Connection& connection) {
    return connection.query_integer("select count(*) from t");
}

}  // namespace

TEST_CASE("publishing reaches whoever has the database open, in WAL mode and with other pages") {
    const Place place;
    const auto reader = place.connect();
    reader->execute("create table t (n)");
    reader->execute("insert into t values (5)");
    const QuietContext quiet;

    place.engine->admin().publish(make_staged(place, "pragma page_size = 512", 3), quiet.context);

    CHECK(rows_of(*reader) == 3);
    CHECK(rows_of(*place.connect(true)) == 3);
    CHECK(reader->query_text("pragma journal_mode") == "wal");
    CHECK(reader->query_integer("pragma page_size") == 4096);
    CHECK(reader->query_text("pragma integrity_check") == "ok");
    CHECK(place.engine->admin().find_leftovers(place.url).empty());
}

TEST_CASE("publishing gives up when another holds the database, which stays as it was") {
    const Place place;
    const auto writer = place.connect();
    writer->execute("create table t (n)");
    writer->begin({});
    const SystemClock clock;
    std::stop_source stop;
    stop.request_stop();
    const Context stopped{stop.get_token(), no_progress(), no_logger(), clock};

    const auto error = error_of([&] {
        place.engine->admin().publish(make_staged(place, "pragma page_size = 4096", 3), stopped);
    });

    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::cancelled);
    writer->rollback();
    CHECK(rows_of(*writer) == 0);
    CHECK(place.engine->admin().find_leftovers(place.url).empty());
}

TEST_CASE("a damaged database is replaced as a file, and kept with its side files") {
    const Place place;
    write_file_atomically(place.url.path(), std::string(8192, 'x'));
    write_file_atomically(place.file("app.db-wal"), "stale log");
    const QuietContext quiet;

    place.engine->admin().publish(make_staged(place, "pragma page_size = 4096", 2), quiet.context);

    CHECK(rows_of(*place.connect(true)) == 2);
    const auto leftovers = place.engine->admin().find_leftovers(place.url);
    REQUIRE(leftovers.size() == 1);
    CHECK(leftovers[0].kind == Leftover::Kind::replaced);
    CHECK(read_file(leftovers[0].name) == std::string(8192, 'x'));
    CHECK(read_file(leftovers[0].name + "-wal") == "stale log");
    place.engine->admin().resolve(place.url, leftovers[0]);
    CHECK(place.engine->admin().find_leftovers(place.url).empty());
    CHECK(rows_of(*place.connect(true)) == 2);
}

TEST_CASE("a log without its database is never replayed into the restored one") {
    const Place place;
    const QuietContext quiet;
    {
        // A copy of a log that belongs to another database of the same name.
        const auto other = place.connect();
        other->execute("create table t (n)");
        other->execute("insert into t values (1)");
        std::filesystem::copy_file(place.file("app.db-wal"), place.file("kept-wal"));
    }
    std::filesystem::remove(place.url.path());
    std::filesystem::rename(place.file("kept-wal"), place.file("app.db-wal"));

    place.engine->admin().publish(make_staged(place, "pragma page_size = 4096", 7), quiet.context);

    CHECK(rows_of(*place.connect(true)) == 7);
}

TEST_CASE("an interrupted replacement is finished from wherever it stopped") {
    // What had been done when the process died: nothing, the second name, side files moved,
    // renamed.
    for (int done = 0; done <= 3; ++done) {
        CAPTURE(done);
        const Place place;
        write_file_atomically(place.url.path(), std::string(8192, 'x'));
        write_file_atomically(place.file("app.db-journal"), "stale");
        make_staged(place, "pragma page_size = 4096",
                    2);  // and its guard is gone, as with a dead process
        const PrivateFiles files(std::filesystem::canonical(place.directory.path()) / "app.db",
                                 run_id);
        write_file_atomically(files.intent(), "{}");
        if (done >= 1) std::filesystem::create_hard_link(place.url.path(), files.replaced());
        if (done >= 2) {
            std::filesystem::rename(place.file("app.db-journal"),
                                    files.replaced().native() + "-journal");
        }
        if (done >= 3) std::filesystem::rename(files.staged(), place.url.path());

        const auto leftovers = place.engine->admin().find_leftovers(place.url);
        REQUIRE_FALSE(leftovers.empty());
        CHECK(leftovers[0].kind == Leftover::Kind::unfinished_swap);
        place.engine->admin().resolve(place.url, leftovers[0]);
        place.engine->admin().resolve(place.url, leftovers[0]);

        CHECK(rows_of(*place.connect(true)) == 2);
        CHECK(read_file(files.replaced()) == std::string(8192, 'x'));
        CHECK(read_file(files.replaced().native() + "-journal") == "stale");
        CHECK_FALSE(is_there(files.intent()));
    }
}

TEST_CASE("the staged database of a run that is alive is no leftover") {
    const Place place;
    place.connect();
    auto staged = make_staged(place, "pragma page_size = 4096", 1);

    CHECK(place.engine->admin().find_leftovers(place.url).empty());
    staged.guard.reset();
    CHECK(place.engine->admin().find_leftovers(place.url).size() == 1);
}

TEST_CASE("violations of foreign keys that the source had do not fail its restore") {
    const Place place;
    {
        const auto connection = place.connect();
        connection->execute("create table p (id integer primary key)");
        connection->execute("create table c (p references p (id))");
        connection->execute("pragma foreign_keys = off");
        connection->execute("insert into c values (1), (2)");
    }
    const QuietContext quiet;

    const auto content = read_content(place.url.path(), nullptr, quiet.context);

    CHECK(content.tables.front().rows == 2);
    CHECK(compare_content(content, content).empty());
    auto other = content;
    other.tables.front().rows = 3;
    CHECK(compare_content(content, other).size() == 1);
}

TEST_CASE("a database that others have open is not dropped") {
    const Place place;
    auto other = place.connect();
    other->execute("create table t (n)");

    const auto impatient = place.address("sqlite:app.db?_busy_timeout=20");

    const auto error = error_of([&] { place.engine->admin().drop(impatient); });

    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::locked);
    CHECK(rows_of(*other) == 0);
    other.reset();
    place.engine->admin().drop(place.url);
    CHECK(std::filesystem::is_empty(place.directory.path()));
}

TEST_CASE("a damaged database can be dropped") {
    const Place place;
    write_file_atomically(place.url.path(), std::string(8192, 'x'));
    write_file_atomically(place.file("app.db-wal"), "stale log");

    place.engine->admin().drop(place.url);

    CHECK(std::filesystem::is_empty(place.directory.path()));
}

}  // namespace keel::sqlite
