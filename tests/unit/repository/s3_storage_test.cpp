#include "repository/s3_storage.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "storages.hpp"
#include "world.hpp"

using namespace keel;

namespace {

void put(Storage& storage, std::string_view key, std::string_view text) {
    const auto sink = storage.create(key);
    sink->write(as_bytes(text));
    sink->finish();
}

ErrorKind kind_of(const auto& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::internal;
}

std::string pattern(std::size_t size) {
    std::string text(size, ' ');
    std::uint32_t state = 1;
    for (char& c : text) c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
    return text;
}

struct Scene {
    test::FaultyS3 server;
    S3Place place = place_at(server.address());
};

}  // namespace

// A server answers each of them.
TEST_SUITE_BEGIN("long");

TEST_CASE("on every storage an object appears whole, once, and stays as it is") {
    for (const StorageKind::Name name : all_storages) {
        CAPTURE(name_of(name));
        const StorageKind kind(name);
        if (!kind.is_there) continue;
        const auto storage = kind.open();
        const auto first = storage->create("a/b/c");
        first->write(as_bytes("one"));
        CHECK_FALSE(storage->exists("a/b/c"));
        CHECK(storage->list("a/b").empty());
        const auto second = storage->create("a/b/c");
        second->write(as_bytes("two"));
        first->finish();
        CHECK(kind_of([&] { second->finish(); }) == ErrorKind::already_exists);
        CHECK(storage->read("a/b/c", 10) == "one");
        CHECK(kind_of([&] { storage->read("a/b/c", 2); }) == ErrorKind::integrity);
        CHECK(kind_of([&] { storage->read("a/b/d", 10); }) == ErrorKind::not_found);
        CHECK(kind_of([&] { storage->open_object("a/b/d"); }) == ErrorKind::not_found);
        CHECK(kind_of([&] { storage->open("a/b/d"); }) == ErrorKind::not_found);
        storage->replace("a/b/c", "three");
        CHECK(storage->read("a/b/c", 10) == "three");
        put(*storage, "a/b0", "beside");
        put(*storage, "empty", "");
        CHECK(storage->read("empty", 10).empty());
        CHECK(read_all(*storage->open("empty")).empty());
        CHECK(storage->list("a") == std::vector<std::string>{"b", "b0"});
        storage->remove("a/b");
        CHECK(storage->list("a") == std::vector<std::string>{"b0"});
        storage->remove("a");
        storage->remove("a");
        CHECK(storage->list("a").empty());
    }
}

TEST_CASE("on every storage large objects come back, whole and in parts") {
    const std::string text = pattern((9u << 20) + 12'345);
    for (const StorageKind::Name name : all_storages) {
        CAPTURE(name_of(name));
        const StorageKind kind(name);
        if (!kind.is_there) continue;
        const auto storage = kind.open();
        put(*storage, "packs/1", text);
        CHECK(read_all(*storage->open("packs/1")) == text);
        const auto object = storage->open_object("packs/1");
        CHECK(object->size() == text.size());
        for (const std::uint64_t offset : {0u, 700'000u, 1'400'000u, 8'000'000u, 5u}) {
            std::vector<std::byte> bytes(700'000);
            object->read_at(offset, bytes);
            CHECK(as_text(bytes) == std::string_view(text).substr(offset, bytes.size()));
        }
        std::vector<std::byte> beyond(100);
        CHECK(kind_of([&] { object->read_at(text.size() - 50, beyond); }) == ErrorKind::integrity);
        CHECK(kind_of([&] { put(*storage, "packs/1", text); }) == ErrorKind::already_exists);
    }
}

TEST_CASE("on every storage a lock is held by one, and free when it is let go") {
    for (const StorageKind::Name name : all_storages) {
        CAPTURE(name_of(name));
        const StorageKind kind(name);
        if (!kind.is_there) continue;
        const auto one = kind.open();
        const auto other = kind.open();
        one->scratch_folder("tmp");
        auto held = one->try_lock("tmp/lock", "the first");
        REQUIRE(held);
        CHECK_FALSE(other->try_lock("tmp/lock", "the second"));
        CHECK(other->lock_holder("tmp/lock") == "the first");
        CHECK(other->try_lock("another", "the second"));
        held.reset();
        CHECK(other->try_lock("tmp/lock", "the second"));
    }
}

TEST_CASE("many who want a lock at the same moment get it one by one") {
    for (const StorageKind::Name name : {StorageKind::Name::ceph, StorageKind::Name::faulty}) {
        CAPTURE(name_of(name));
        const StorageKind kind(name);
        if (!kind.is_there) continue;
        std::atomic<int> inside = 0;
        std::atomic<int> turns = 0;
        std::atomic<bool> met = false;
        const auto work = [&] {
            const auto storage = kind.open();
            for (int turn = 0; turn < 2;) {
                const auto held = storage->try_lock("lock", "one of many");
                if (!held) continue;
                if (++inside != 1) met = true;
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                --inside;
                ++turn;
                ++turns;
            }
        };
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 3; ++i) threads.emplace_back(work);
        }
        CHECK(turns == 6);
        CHECK_FALSE(met);
    }
}

TEST_CASE("whether conditions are honoured is tried out once for a repository") {
    for (const auto& [conditions, is_known] :
         {std::pair{"honoured", true}, std::pair{"ignored", false}, std::pair{"refused", false}}) {
        CAPTURE(conditions);
        const Scene scene;
        scene.server.control(fmt::format(R"({{"conditions": "{}"}})", conditions));
        put(*scene.place.open(), "a", "one");
        const std::string note = scene.place.open()->read("storage", 1000);
        CHECK((note.find("\"conditional_put\":true") != std::string::npos) == is_known);
        CHECK(scene.place.open()->list("") == std::vector<std::string>{"a", "storage"});
        scene.server.control(fmt::format(R"({{"conditions": "{}"}})", conditions));
        CHECK(kind_of([&] { put(*scene.place.open(), "a", "two"); }) == ErrorKind::already_exists);
        CHECK(scene.server.requests("PUT") == (is_known ? 1 : 0));
        CHECK(scene.place.open()->read("a", 10) == "one");
    }
}

TEST_CASE("what is expected is fetched once, and whoever looks again sees what is there then") {
    const Scene scene;
    const auto storage = scene.place.open();
    put(*storage, "a", "one");
    put(*storage, "b", "two");
    put(*storage, "c", "three");
    const std::vector<std::string> keys = {"a", "b", "absent"};
    storage->expect(keys);
    scene.server.control(R"({"page": 1000})");
    CHECK(storage->exists("a"));
    CHECK(storage->read("a", 10) == "one");
    CHECK(storage->exists("b"));
    CHECK(kind_of([&] { storage->read("b", 2); }) == ErrorKind::integrity);
    CHECK_FALSE(storage->exists("absent"));
    CHECK(scene.server.requests("GET") + scene.server.requests("HEAD") == 0);
    scene.place.open()->replace("a", "changed");
    CHECK(storage->read("a", 10) == "changed");
    put(*storage, "absent", "now there");
    CHECK(storage->exists("absent"));
    CHECK(storage->read("c", 10) == "three");
}

TEST_CASE("listing many backups asks the server about each once") {
    const Scene scene;
    FixedClock clock;
    const Context context{
        .stop = {}, .progress = no_progress(), .logger = no_logger(), .clock = clock};
    for (int i = 0; i < 4; ++i) {
        Repository repository = Repository::open_or_create(
            scene.place.open(), {.clock = clock, .holder = "test"}, context);
        const auto draft = repository.begin({}, context);
        const auto sink = draft->open("database");
        sink->write(as_bytes("rows"));
        sink->finish();
        draft->commit(World::manifest(), context);
    }
    const Repository repository =
        Repository::open(scene.place.open(), {.clock = clock, .holder = "test"});
    scene.server.control(R"({"page": 1000})");
    CHECK(repository.list().backups.size() == 4);
    // Four manifests and their checks, the head; listings of backups, checks, pins and removals.
    CHECK(scene.server.requests("GET") == 2 * 4 + 1 + 4);
    CHECK(scene.server.requests("HEAD") == 1);
}

TEST_CASE("a part that is cut off is sent again, and an upload that fails leaves nothing") {
    const Scene scene;
    const auto storage = scene.place.open();
    const std::string text = pattern(9u << 20);
    scene.server.control(R"({"faults": [{"method": "PUT", "key": "packs/1", "times": 2,
        "kind": "reset"}, {"method": "POST", "key": "uploadId", "times": 1, "kind": "lost"}]})");
    put(*storage, "packs/1", text);
    CHECK(read_all(*storage->open("packs/1")) == text);
    scene.server.control(
        R"({"faults": [{"method": "PUT", "key": "packs/2", "times": 50, "kind": "denied"}]})");
    CHECK(kind_of([&] { put(*storage, "packs/2", text); }) == ErrorKind::config);
    S3Bucket bucket(scene.place.address, scene.place.access(), scene.place.options());
    const auto answer = bucket.client().send(
        {.parameters = {{"prefix", scene.place.address.prefix}, {"uploads", ""}}});
    CHECK(answer.response.body.find("<Upload>") == std::string::npos);
    CHECK_FALSE(storage->exists("packs/2"));
}

TEST_CASE("completing that fails after its answer began is a failure") {
    const Scene scene;
    const auto storage = scene.place.open();
    scene.server.control(
        R"({"faults": [{"method": "POST", "key": "uploadId", "times": 9, "kind": "late-error"}]})");
    CHECK(kind_of([&] { put(*storage, "packs/1", pattern(9u << 20)); }) == ErrorKind::io);
    CHECK_FALSE(storage->exists("packs/1"));
}

TEST_CASE("uploads that a killed process left are ended") {
    const Scene scene;
    S3Bucket bucket(scene.place.address, scene.place.access(), scene.place.options());
    bucket.begin_upload("packs/dead/1");
    scene.place.open()->remove_unfinished("packs/dead");
    const auto answer = bucket.client().send({.parameters = {{"uploads", ""}}});
    CHECK(answer.response.body.find("<Upload>") == std::string::npos);
}

TEST_CASE("a lock whose process is gone is free at once, one of another machine after a while") {
    const Scene scene;
    const auto storage = scene.place.open(short_leases);
    S3Bucket bucket(scene.place.address, scene.place.access(), scene.place.options());
    const auto free = [&] { return storage->try_lock("lock", "me") != nullptr; };
    bucket.put("lock/1", as_bytes("somebody\nanother-boot pid:[1] 7 7\n"));
    CHECK_FALSE(free());
    CHECK(storage->lock_holder("lock") == "somebody");
    scene.server.control(R"({"clock": 30})");  // half a minute later
    CHECK(free());
    CHECK(bucket.list("lock/", false).objects.empty());
}

TEST_CASE("a lock is renewed while it is held") {
    const Scene scene;
    const auto storage = scene.place.open(short_leases);
    const auto held = storage->try_lock("lock", "me");
    REQUIRE(held);
    const auto other = scene.place.open(short_leases);
    for (int i = 0; i < 8; ++i) {
        std::this_thread::sleep_for(short_leases.lifetime / 6);
        CHECK_FALSE(other->try_lock("lock", "another"));
    }
    put(*storage, "a", "still ours");
}

TEST_CASE("who could not renew his lock writes and removes nothing more") {
    const Scene scene;
    const auto storage = scene.place.open(short_leases);
    put(*storage, "a", "before");
    const auto held = storage->try_lock("lock", "me");
    REQUIRE(held);
    scene.server.control(R"({"faults": [{"method": "PUT", "key": "lock/", "times": 100000,
        "kind": "denied"}]})");
    std::this_thread::sleep_for(short_leases.trusted + std::chrono::milliseconds(200));
    CHECK(kind_of([&] { put(*storage, "b", "after"); }) == ErrorKind::locked);
    CHECK(kind_of([&] { storage->replace("a", "after"); }) == ErrorKind::locked);
    CHECK(kind_of([&] { storage->remove("a"); }) == ErrorKind::locked);
    CHECK(storage->read("a", 10) == "before");
    CHECK_FALSE(storage->exists("b"));
}

TEST_SUITE_END();
