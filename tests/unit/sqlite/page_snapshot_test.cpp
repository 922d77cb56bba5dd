#include "engines/sqlite/page_snapshot.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "db/dumper.hpp"
#include "engines/sqlite/content.hpp"
#include "support.hpp"

namespace keel::sqlite {
namespace {

/// Writes the pages of the snapshot to a file of their own, and opens that.
std::unique_ptr<Connection> materialize(const Place& place, const PageSnapshot& pages) {
    const auto path = place.file("copy.db");
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.native() + suffix);
    std::vector<std::byte> bytes(std::size_t{pages.page_count()} * pages.page_size());
    pages.read(1, bytes);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return place.connect(place.address("sqlite:copy.db"));
}

/// Moves amounts between two rows: their sum is the same in every committed state.
void make_accounts(Connection& connection) {
    connection.execute("create table a (id integer primary key, n integer, pad text)");
    for (int id = 1; id <= 400; ++id)
        connection.execute(fmt::format("insert into a values ({}, 100, hex(zeroblob(200)))", id));
}
void move_money(Connection& connection, int step) {
    connection.begin({});
    connection.execute(fmt::format("update a set n = n - 1 where id = {}", step % 400 + 1));
    connection.execute(fmt::format("update a set n = n + 1 where id = {}", step * 7 % 400 + 1));
    connection.commit();
}

/// A repository as far as the dumper sees it: one with a backup before.
class Before final : public StreamWriter {
  public:
    class Sink final : public StreamSink {
      public:
        void write(std::span<const std::byte>) override {}
        void finish() override {}
    };
    std::unique_ptr<StreamSink> open(std::string_view) override {
        ++opened;
        return std::make_unique<Sink>();
    }
    const DumpContent* previous() const override { return before ? &*before : nullptr; }
    void keep(std::string_view) override { ++kept; }
    std::filesystem::path staging_directory() override { return {}; }

    std::optional<DumpContent> before;
    int opened = 0;
    int kept = 0;
};

}  // namespace

TEST_CASE("a database that nobody wrote to is taken from the backup before, without reading it") {
    const Place place;
    const auto connection = place.connect();
    connection->query_text("pragma journal_mode = delete");
    connection->execute("create table t (n)");
    std::filesystem::last_write_time(
        place.url.path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    const QuietContext quiet;
    Before writer;
    const auto dump = [&] {
        return place.engine->dumper().dump(*connection, place.url, writer, quiet.context);
    };
    writer.before = dump();
    // As it comes back from a manifest.
    writer.before->details = Json::parse(writer.before->details.canonical());

    CHECK(dump().tables.size() == 1);

    CHECK(writer.opened == 1);
    CHECK(writer.kept == 1);
    connection->execute("insert into t values (1)");
    CHECK(dump().tables[0].rows == 1);
    CHECK(writer.kept == 1);
}

TEST_CASE("every snapshot is a committed state while another connection writes and checkpoints") {
    for (const bool has_log : {true, false}) {
        CAPTURE(has_log);
        const Place place;
        const auto reader = place.connect();
        reader->query_text(has_log ? "pragma journal_mode = wal" : "pragma journal_mode = delete");
        make_accounts(*reader);
        std::atomic<bool> is_done = false;
        std::jthread writer([&] {
            const auto connection = place.connect();
            for (int step = 0; !is_done; ++step) {
                if (error_of([&] { move_money(*connection, step); }) &&
                    connection->in_transaction())
                    connection->rollback();
                if (step % 25 == 0)
                    error_of([&] { connection->query_text("pragma wal_checkpoint(restart)"); });
            }
        });
        int taken = 0;
        for (int round = 0; round < 40; ++round) {
            std::optional<PageSnapshot> pages;
            if (error_of([&] { pages = PageSnapshot::take(*reader); }) || !pages) continue;
            const auto copy = materialize(place, *pages);
            CHECK(copy->query_text("pragma integrity_check") == "ok");
            CHECK(copy->query_integer("select sum(n) from a") == 40'000);
            CHECK(copy->query_integer("select sum(n) from a") ==
                  reader->query_integer("select sum(n) from a"));
            pages->end();
            ++taken;
        }
        is_done = true;
        CHECK(taken > 0);
    }
}

TEST_CASE("a snapshot has what is in the log only, and nothing that came later") {
    const Place place;
    const auto reader = place.connect();
    const auto writer = place.connect();
    writer->execute("create table t (n)");
    writer->execute("insert into t values (1)");
    auto pages = PageSnapshot::take(*reader);
    REQUIRE(pages);
    writer->execute("insert into t values (2)");
    const auto copy = materialize(place, *pages);
    CHECK(copy->query_integer("select count(*) from t") == 1);
    pages->end();
}

TEST_CASE("rows are counted from the trees: tables with and without row ids, large, empty") {
    for (const int page_size : {512, 4096, 65536}) {
        CAPTURE(page_size);
        const Place place;
        const auto connection = place.connect();
        connection->query_text("pragma journal_mode = delete");
        connection->query_text(fmt::format("pragma page_size = {}", page_size));
        connection->execute("vacuum");
        connection->execute("create table empty (n)");
        connection->execute("create table plain (n, pad)");
        connection->execute("create table keyed (k text primary key, pad) without rowid");
        for (const auto* table : {"plain", "keyed"}) {
            connection->execute(fmt::format(
                "insert into {} with recursive s(n) as (select 1 union all select n + 1 from s "
                "where n < 3333) select printf('%06d', n), hex(zeroblob(n % 40)) from s",
                table));
        }
        auto pages = PageSnapshot::take(*connection);
        REQUIRE(pages);
        const auto content = read_content(*connection, *pages, nullptr);
        pages->end();
        REQUIRE(content.tables.size() == 3);
        CHECK(content.tables[0].rows == 0);
        CHECK(content.tables[1].rows == 3333);
        CHECK(content.tables[2].rows == 3333);
    }
}

TEST_CASE("a stamp tells a file that was written to, and is not given for one written just now") {
    const Place place;
    const auto connection = place.connect();
    connection->query_text("pragma journal_mode = delete");
    connection->execute("create table t (n)");
    const auto stamp = [&] {
        auto pages = PageSnapshot::take(*connection);
        const Json found = pages->stamp();
        pages->end();
        return found;
    };
    const auto age = [&](int seconds) {
        std::filesystem::last_write_time(
            place.url.path(),
            std::filesystem::file_time_type::clock::now() - std::chrono::seconds(seconds));
    };
    CHECK(stamp().is_null());
    age(60);
    const Json before = stamp();
    CHECK_FALSE(before.is_null());
    CHECK(stamp() == before);
    const auto written = std::filesystem::last_write_time(place.url.path());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::filesystem::last_write_time(place.url.path(), written);
    CHECK_MESSAGE(stamp() != before, "a time that was set back is no proof that nothing changed");
    connection->execute("insert into t values (1)");
    age(60);
    CHECK(stamp() != before);
}

}  // namespace keel::sqlite
