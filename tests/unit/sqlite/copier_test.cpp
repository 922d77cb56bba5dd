#include "db/copier.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>

#include "db/admin.hpp"
#include "db/dumper.hpp"
#include "support.hpp"

namespace keel::sqlite {
namespace {

constexpr auto run_id = "20260101t000000-aaaaaa";

/// Rows on many pages, in WAL mode.
void fill(Connection& connection, int rows) {
    connection.execute(
        fmt::format("insert into t with recursive s(n) as (select 1 union all select n + 1 from s "
                    "where n < {}) select n, hex(randomblob(400)) from s",
                    rows));
}

CopiedDatabase copy(const Place& place, const std::string& target) {
    const QuietContext quiet;
    const ConnectOptions source{.url = place.url, .ignore_ambient = true};
    auto copied = place.engine->copier().stage(
        {.source = source, .to = {.target = place.address(target), .run_id = run_id}},
        quiet.context);
    place.engine->admin().publish(copied.staged, quiet.context);
    copied.staged.guard.reset();
    return copied;
}

std::vector<TableContent> digest(const Place& place, const std::string& address) {
    const QuietContext quiet;
    return place.engine->copier().digest({.url = place.address(address), .ignore_ambient = true},
                                         quiet.context);
}

void check_same_rows(const Place& place, const std::string& target) {
    const auto source_rows = digest(place, "sqlite:app.db");
    const auto target_rows = digest(place, target);
    REQUIRE(source_rows.size() == 1);
    REQUIRE(target_rows.size() == 1);
    CHECK(target_rows[0].rows == source_rows[0].rows);
    CHECK(target_rows[0].digest == source_rows[0].digest);
}

/// Turns a page of the middle into nonsense.
void damage(const std::filesystem::path& file) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file) / 2 / 4096 * 4096));
    const std::string nonsense(4096, '\x7e');
    stream.write(nonsense.data(), static_cast<std::streamsize>(nonsense.size()));
}

}  // namespace

TEST_CASE("a copy holds the pages that are in the log only") {
    const Place place;
    const auto writer = place.connect();
    writer->execute("create table t (n integer primary key, pad text)");
    fill(*writer, 2000);
    writer->query_rows("pragma wal_checkpoint(truncate)");
    writer->query_text("pragma wal_autocheckpoint = 0");
    writer->execute("update t set pad = 'new' where n % 7 = 0");
    writer->execute("insert into t select n + 100000, pad from t");
    REQUIRE(std::filesystem::file_size(place.file("app.db-wal")) > 0);

    const auto copied = copy(place, "sqlite:copy.db");

    CHECK(copied.method == "pages");
    REQUIRE(copied.tables.size() == 1);
    CHECK(copied.tables[0].rows == 4000);
    check_same_rows(place, "sqlite:copy.db");
}

TEST_CASE("a database in another page size than its copy's target is copied with equal rows") {
    const Place place;
    const auto source = place.connect();
    source->execute("create table t (n integer primary key, pad text)");
    fill(*source, 500);
    {
        const auto target = place.connect(place.address("sqlite:copy.db"));
        target->query_text("pragma journal_mode = delete");
        target->execute("pragma page_size = 1024");
        target->execute("vacuum");
        target->query_text("pragma journal_mode = wal");
        target->execute("create table old (n)");
    }

    const auto copied = copy(place, "sqlite:copy.db");

    CHECK(copied.tables.at(0).rows == 500);
    check_same_rows(place, "sqlite:copy.db");
    CHECK(place.connect(place.address("sqlite:copy.db"))->query_integer("pragma page_size") ==
          1024);
}

TEST_CASE("a damaged database is not copied, and nothing is left of the attempt") {
    const Place place;
    {
        const auto source = place.connect();
        source->execute("create table t (n integer primary key, pad text)");
        fill(*source, 3000);
        source->query_text("pragma journal_mode = delete");
    }
    damage(place.file("app.db"));

    const auto error = error_of([&] { copy(place, "sqlite:copy.db"); });

    REQUIRE(error.has_value());
    CHECK(error->kind() == ErrorKind::integrity);
    CHECK_FALSE(std::filesystem::exists(place.file("copy.db")));
    CHECK(place.engine->admin().find_leftovers(place.address("sqlite:copy.db")).empty());
}

}  // namespace keel::sqlite
