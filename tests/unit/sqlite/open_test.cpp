#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.hpp"
#include "db/admin.hpp"
#include "support.hpp"

namespace keel::sqlite {
namespace {

/// Runs `work` in a child that then dies without any clean-up.
void in_killed_process(const std::function<void()>& work) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        work();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WEXITSTATUS(status) == 0);
}

}  // namespace

TEST_CASE("a new database is in WAL mode and has its parent directories") {
    const Place place;
    const auto url = place.address("sqlite:deep/er/app.db");

    const auto connection = place.connect(url);

    CHECK(connection->query_text("pragma journal_mode") == "wal");
    CHECK(std::filesystem::file_size(url.path()) > 0);
}

TEST_CASE("an existing database keeps its journal mode") {
    const Place place;
    place.connect()->query_text("pragma journal_mode = delete");

    CHECK(place.connect()->query_text("pragma journal_mode") == "delete");
}

TEST_CASE("sessions are durable, enforce foreign keys and trust no schema") {
    const Place place;
    const auto connection = place.connect();

    CHECK(connection->query_integer("pragma synchronous") == 3);
    CHECK(connection->query_integer("pragma foreign_keys") == 1);
    CHECK(error_of([&] { connection->execute("select * from nowhere"); })->kind() ==
          ErrorKind::sql);
    CHECK(connection->query_integer("pragma trusted_schema") == 0);
    CHECK(connection->query_integer("pragma cell_size_check") == 1);
    CHECK(connection->query_integer("pragma wal_autocheckpoint") == 0);
    CHECK(connection->query_integer("pragma mmap_size") == 0);
    CHECK(error_of([&] { connection->execute("pragma writable_schema = on; "); }) == std::nullopt);
    connection->execute("create table t (n)");
    CHECK(error_of([&] { connection->execute("delete from sqlite_schema"); }));
}

TEST_CASE("settings that a read-only session could loosen itself with are refused") {
    const Place place;
    place.connect();
    const auto connection = place.connect(true);
    for (const auto* sql :
         {"pragma foreign_keys = off", "pragma query_only = 0", "pragma optimize",
          "pragma trusted_schema = on", "pragma locking_mode = exclusive", "pragma wal_checkpoint",
          "pragma writable_schema", "pragma busy_timeout = 1", "attach ':memory:' as side",
          "select load_extension('x')"}) {
        CAPTURE(sql);
        const auto error = error_of([&] { connection->execute(sql); });
        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::refused);
        CHECK(error->message().starts_with("the session is read-only"));
    }
    CHECK(connection->query_integer("pragma foreign_keys") == 1);
    CHECK(error_of([&] { connection->execute("select * from nowhere"); })->kind() ==
          ErrorKind::sql);
}

TEST_CASE("a write on a snapshot that others have overtaken is worth a repetition") {
    const Place place;
    const auto first = place.connect();
    const auto second = place.connect();
    first->execute("create table t (n)");
    first->execute("begin deferred");
    CHECK(first->query_integer("select count(*) from t") == 0);
    second->execute("insert into t values (1)");

    const auto error = error_of([&] { first->execute("insert into t values (2)"); });

    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::serialization);
    CHECK(error->sql()->state == "SQLITE_BUSY_SNAPSHOT");
}

TEST_CASE("a missing database is not made unless asked for") {
    const Place place;
    ConnectOptions options;
    options.url = place.url;
    options.read_only = false;

    const auto error = error_of([&] { place.engine->connect(options); });

    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::not_found);
    CHECK_FALSE(std::filesystem::exists(place.url.path()));
}

TEST_CASE("a file that is no database, and a directory, are told as what they are") {
    const Place place;
    write_file_atomically(place.file("notes.txt"), std::string(5000, 'x'));

    const auto text = error_of([&] { place.connect(place.address("sqlite:notes.txt")); });
    const auto directory = error_of([&] { place.connect(place.address("sqlite:.")); });

    REQUIRE(text);
    CHECK(text->kind() == ErrorKind::invalid_input);
    CHECK(text->message().find("notes.txt") != std::string::npos);
    REQUIRE(directory);
    CHECK(directory->kind() == ErrorKind::invalid_input);
}

TEST_CASE("an address that says read-only is, whatever the session wants") {
    const Place place;
    place.connect()->execute("create table t (n)");
    for (const auto* suffix : {"?mode=ro", "?immutable=1", "?_query_only=1"}) {
        const auto connection = place.connect(place.address(std::string("sqlite:app.db") + suffix));
        CHECK(connection->query_integer("select count(*) from t") == 0);
        const auto error = error_of([&] { connection->execute("insert into t values (1)"); });
        REQUIRE(error);
        CHECK(error->kind() == ErrorKind::refused);
    }
}

TEST_CASE("what a killed writer left is rolled back for a reader too") {
    for (const auto* mode : {"delete", "wal"}) {
        CAPTURE(mode);
        const Place place;
        {
            const auto connection = place.connect();
            connection->query_text(std::string("pragma journal_mode = ") + mode);
            connection->execute("create table t (n)");
            connection->execute("insert into t values (1)");
        }
        in_killed_process([&] {
            // Never destroyed: a connection that is would roll back by itself.
            auto* const connection = place.connect().release();
            connection->execute("pragma cache_size = 1");
            connection->begin({});
            connection->execute(
                "with recursive c (n) as (select 1 union all select n + 1 from c where n < 20000) "
                "insert into t select n from c");
        });

        CHECK(place.connect(true)->query_integer("select count(*) from t") == 1);
    }
}

TEST_CASE("closing brings the log back into the file, but never while others are connected") {
    const Place place;
    auto first = place.connect();
    auto second = place.connect();
    first->execute("create table t (n)");
    const auto log = place.file("app.db-wal");
    const auto size = std::filesystem::file_size(log);
    CHECK(size > 0);

    first.reset();
    CHECK(std::filesystem::file_size(log) == size);

    second.reset();
    CHECK_FALSE(std::filesystem::exists(log));
}

TEST_CASE("a database that may not be written is not silently opened for reading") {
    if (::geteuid() == 0) return;  // root may write everything
    const Place place;
    place.connect();
    std::filesystem::permissions(place.url.path(), std::filesystem::perms::owner_read);

    CHECK(error_of([&] { place.connect(); })->kind() == ErrorKind::io);
}

TEST_CASE("a statement that takes longer than statement_timeout is ended") {
    const Place place;
    ConnectOptions options;
    options.url = place.url;
    options.read_only = false;
    options.create = true;
    options.session.statement_timeout = std::chrono::milliseconds(30);
    const auto connection = place.engine->connect(options);

    const auto error = error_of([&] {
        connection->execute(
            "with recursive c (n) as (select 1 union all select n + 1 from c) select count(*) from "
            "c");
    });

    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::timeout);
    CHECK(connection->query_integer("select 1") == 1);
}

TEST_CASE("the lock timeout can be changed, also by PRAGMA busy_timeout, and stays cancellable") {
    const Place place;
    const auto holder = place.connect();
    const auto waiter = place.connect();
    holder->begin({});
    const std::vector<Value> short_time = {std::int64_t{1}};
    CHECK(waiter->query_integer("select keel_lock_timeout($1)", short_time) == 50);
    waiter->execute("pragma busy_timeout = 60000");
    const std::vector<Value> no_time = {std::int64_t{0}};

    CHECK(waiter->query_integer("select keel_lock_timeout($1)", no_time) == 60'000);
    CHECK(error_of([&] { waiter->begin({}); })->kind() == ErrorKind::locked);
}

TEST_CASE("opening a database that another holds exclusively can be stopped") {
    const Place place;
    const auto holder = place.connect();
    holder->query_text("pragma journal_mode = delete");
    holder->execute("begin exclusive");
    std::stop_source stop;
    stop.request_stop();
    ConnectOptions options;
    options.url = place.url;
    options.session.lock_timeout = std::chrono::minutes(1);
    options.stop = stop.get_token();

    const auto error = error_of([&] { place.engine->connect(options); });

    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::cancelled);
}

TEST_CASE("a moved database is noticed") {
    const Place place;
    const auto connection = place.connect();
    connection->ping();

    std::filesystem::rename(place.url.path(), place.file("moved.db"));

    CHECK(error_of([&] { connection->ping(); })->kind() == ErrorKind::unreachable);
    CHECK_FALSE(connection->is_usable());
}

TEST_CASE("a symbolic link leads to the database that it names, and its lock is beside that") {
    const Place place;
    place.connect()->execute("create table t (n)");
    std::filesystem::create_symlink(place.url.path(), place.file("link.db"));
    const auto link = place.address("sqlite:link.db");
    const QuietContext quiet;

    const auto connection = place.connect(link);
    const auto lock = place.engine->admin().acquire_lock(*connection, {}, quiet.context);

    CHECK(place.engine->admin().identity(*connection).location ==
          std::filesystem::canonical(place.url.path()).native());
    CHECK(std::filesystem::exists(place.file("app.db.keel-lock")));
}

TEST_CASE("a database in memory needs no file") {
    const Place place;
    const auto connection = place.connect(place.address("sqlite::memory:"));

    connection->execute("create table t (n)");

    CHECK(connection->query_integer("select count(*) from t") == 0);
    CHECK(std::filesystem::is_empty(place.directory.path()));
}

TEST_CASE("doctor is told of a SQLite with the WAL-reset fault") {
    const Place place;
    bool is_named = false;
    for (const auto& finding : place.engine->diagnose()) {
        if (finding.rule == "sqlite.wal-reset") is_named = true;
    }
    CHECK(is_named == (sqlite3_libversion_number() < 3'051'003));
}

}  // namespace keel::sqlite
