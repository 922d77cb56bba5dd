#include "repository/repository.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "base/error.hpp"
#include "world.hpp"

using namespace keel;

namespace {

ErrorKind kind_of(const auto& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::internal;
}

std::string big_text(std::size_t bytes) {
    std::string text;
    for (std::uint64_t i = 0; text.size() < bytes; ++i) text += std::to_string(i * 2654435761u);
    return text;
}

}  // namespace

TEST_CASE("a backup gives back the streams that were written, whatever their size") {
    World world;
    Repository repository = world.open();
    const Streams streams = {{"pre-data", ""}, {"table/1", "x"}, {"table/2", big_text(5u << 20)}};

    const CommittedBackup made = world.add(repository, streams, World::manifest());

    const auto reader = repository.streams(made.manifest);
    for (const auto& [name, text] : streams) CHECK(read_all(*reader->open(name)) == text);
    CHECK(made.manifest.bytes_stored() < 4u << 20);
    CHECK(kind_of([&] { reader->open("table/9"); }) == ErrorKind::integrity);
}

TEST_CASE("a backup that was just made has been read back and counts as verified") {
    World world;
    const std::string id = world.add();

    const Listing listing = world.open().list();

    REQUIRE(listing.backups.size() == 1);
    const Backup& backup = listing.backups[0];
    CHECK(backup.id == id);
    CHECK(backup.state == BackupState::verified);
    CHECK(backup.proof()->how == "read");
    CHECK(backup.manifest.content.tables[0].rows == 3);
    CHECK(listing.problems.empty());
}

TEST_CASE("backups are listed by their number, whatever the clock says") {
    World world;
    std::vector<std::string> ids;
    for (const auto* day :
         {"2026-11-20T07:15:00Z", "2031-01-01T00:00:00Z", "1999-01-01T00:00:00Z"}) {
        world.clock.time = parse_utc(day);
        ids.push_back(world.add());
    }

    const Listing listing = world.open().list();

    REQUIRE(listing.backups.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(listing.backups[i].id == ids[2 - i]);
        CHECK(listing.backups[i].manifest.sequence == 3 - i);
    }
}

TEST_CASE("a draft that is not committed leaves nothing") {
    World world;
    Repository repository = world.open();
    const auto before = world.medium.objects;
    {
        const auto draft = repository.begin({}, world.context);
        draft->staging_directory();
        const auto sink = draft->open("database");
        sink->write(as_bytes("half"));
        draft->open("other")->finish();
    }
    CHECK(world.medium.objects == before);
    CHECK(world.medium.folders.empty());
}

TEST_CASE("a stream that was begun and not finished cannot be committed") {
    World world;
    Repository repository = world.open();
    const auto draft = repository.begin({}, world.context);
    const auto sink = draft->open("database");
    CHECK(kind_of([&] { draft->commit(World::manifest(), world.context); }) == ErrorKind::internal);
    CHECK(repository.list().backups.empty());
}

TEST_CASE("two writers at once both succeed and get numbers of their own") {
    World world;
    world.open();
    std::vector<std::thread> writers;
    for (int i = 0; i < 4; ++i) {
        writers.emplace_back([&] {
            Repository repository = world.open();
            for (int j = 0; j < 5; ++j) {
                world.add(repository, {{"database", "rows"}}, World::manifest());
            }
        });
    }
    for (std::thread& writer : writers) writer.join();

    const Listing listing = world.open().list();

    CHECK(listing.problems.empty());
    REQUIRE(listing.backups.size() == 20);
    for (std::size_t i = 0; i < 20; ++i) CHECK(listing.backups[i].manifest.sequence == 20 - i);
}

TEST_CASE("a writer never sweeps what another one is writing") {
    World world;
    Repository repository = world.open();
    const auto draft = repository.begin({}, world.context);
    const auto sink = draft->open("database");
    sink->write(as_bytes("rows"));
    sink->finish();

    world.add();  // sweeps

    CHECK(repository.leftovers().empty());
    CHECK(draft->commit(World::manifest(), world.context).manifest.sequence == 2);
    CHECK(repository.list().backups.size() == 2);
}

TEST_CASE("a repository that is being written to is waited for, then named as in use") {
    World world;
    world.lock_wait = std::chrono::milliseconds(100);
    Repository repository = world.open();
    MemoryStorage storage(world.medium);
    const auto held = storage.try_lock("lock", "other");
    CHECK(kind_of([&] { repository.begin({}, world.context); }) == ErrorKind::locked);
}

TEST_CASE("a backup that will not fit is refused before anything is written") {
    World world;
    Repository repository = world.open();
    world.medium.free_space = 50u << 20;
    CHECK(kind_of([&] { repository.begin({.expected_bytes = 60u << 20}, world.context); }) ==
          ErrorKind::io);
    CHECK(world.medium.folders.empty());
    CHECK_NOTHROW(repository.begin({.expected_bytes = 40u << 20}, world.context));
}

TEST_CASE("a removed backup is gone without a trace, and its number is not missed") {
    World world;
    world.add();
    const std::string second = world.add();
    world.add();
    Repository repository = world.open();

    repository.remove(second, world.context);

    CHECK(repository.list().backups.size() == 2);
    CHECK(repository.list().problems.empty());
    for (const auto& [key, text] : world.medium.objects) {
        if (!key.starts_with("removed/")) CHECK(key.find(second) == std::string::npos);
    }
    CHECK(kind_of([&] { repository.remove(second, world.context); }) == ErrorKind::not_found);
    CHECK(kind_of([&] { repository.remove("../format", world.context); }) == ErrorKind::not_found);
}

TEST_CASE("a number is never given twice, even when the newest backup is removed") {
    World world;
    world.add();
    const std::string newest = world.add();
    Repository repository = world.open();
    repository.remove(newest, world.context);
    world.add();
    CHECK(repository.list().backups[0].manifest.sequence == 3);
    CHECK(repository.list().problems.empty());
}

TEST_CASE("checks are kept beside the backup, and the newest decides its state") {
    World world;
    const std::string id = world.add();
    Repository repository = world.open();
    const Backup backup = *repository.list().find(id);

    repository.record(backup, {.at = world.clock.now(), .how = "restored", .ok = true});
    CHECK(repository.list().backups[0].proof()->how == "restored");
    for (int i = 0; i < 10; ++i) {
        repository.record(backup, {.at = world.clock.now(), .how = "read", .ok = true});
    }
    repository.record(backup, {.at = world.clock.now(), .how = "read", .problems = {"a fault"}});

    const Backup after = *repository.list().find(id);
    CHECK(after.checks.size() == 13);
    CHECK(after.state == BackupState::damaged);
    CHECK(after.problems[0].find("a fault") != std::string::npos);
}

TEST_CASE("a repository of a newer format is refused, with the version that is needed") {
    World world;
    world.add();
    std::string& format = world.medium.objects.at("format");
    format.replace(format.find("\"version\":2"), 11, "\"version\":3");
    CHECK(kind_of([&] { world.open(); }) == ErrorKind::unsupported);
}

TEST_CASE("a place that holds something else is not made a repository") {
    World world;
    world.medium.objects.emplace("holiday.jpg", "x");
    CHECK(kind_of([&] { world.open(); }) == ErrorKind::refused);
    CHECK(world.medium.objects.size() == 1);
}

TEST_CASE("verifying stops when it is told to") {
    World world;
    const std::string id = world.add();
    Repository repository = world.open();
    std::stop_source stop;
    stop.request_stop();
    const Context stopped{.stop = stop.get_token(),
                          .progress = no_progress(),
                          .logger = no_logger(),
                          .clock = world.clock};
    const Backup backup = *repository.list().find(id);
    CHECK(kind_of([&] { repository.verify(backup, stopped); }) == ErrorKind::cancelled);
}
