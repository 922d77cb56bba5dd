#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/error.hpp"
#include "repository/pack_file.hpp"
#include "world.hpp"

using namespace keel;
using Fault = MemoryMedium::Fault;

namespace {

constexpr std::size_t mebibyte = 1u << 20;
/// A pack, and some of another.
constexpr std::size_t whole = 40 * mebibyte;
constexpr std::size_t pack = 31 * mebibyte;  // at least

/// Nothing in it can be compressed, or comes twice.
std::string noise(std::size_t bytes, std::uint64_t seed) {
    std::string text(bytes, '\0');
    std::uint64_t state = seed;
    for (std::size_t i = 0; i + sizeof state <= bytes; i += sizeof state) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const std::uint64_t mixed = state ^ (state >> 29);
        std::memcpy(text.data() + i, &mixed, sizeof mixed);
    }
    return text;
}

struct Scene : World {
    std::size_t packs() {
        const std::lock_guard lock(medium.mutex);
        return static_cast<std::size_t>(std::ranges::count_if(
            medium.objects, [](const auto& object) { return object.first.starts_with("packs/"); }));
    }
    /// Killed when a pack is stored.
    void be_killed(const std::string& text, bool has_pages) {
        Repository repository = open();
        const auto draft = repository.begin({.environment = "dev"}, context);
        const auto sink = has_pages ? draft->open_paged("database", 4096) : draft->open("database");
        sink->write(as_bytes(text));
        while (packs() < 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const std::lock_guard lock(medium.mutex);
        medium.fault_at = medium.changes + 1;
        medium.fault = Fault::kill;
    }
    Manifest make(const std::string& text, bool has_pages) {
        Repository repository = open();
        const auto draft = repository.begin({.environment = "dev"}, context);
        const auto sink = has_pages ? draft->open_paged("database", 4096) : draft->open("database");
        sink->write(as_bytes(text));
        sink->finish();
        return draft->commit(manifest(), context).manifest;
    }
    void check_sound() {
        Repository repository = open();
        for (const Backup& backup : repository.list().backups)
            CHECK(repository.verify(backup, context).problems == std::vector<std::string>{});
        CHECK(repository.list().problems.empty());
        for (const RepositoryLeftover& leftover : repository.leftovers())
            FAIL_CHECK("left behind: ", leftover.what);
    }
};

}  // namespace

TEST_CASE("what a killed run has stored is not stored again, and the rest of it is removed" *
          doctest::test_suite("long")) {
    Scene scene;
    bool has_pages = false;
    SUBCASE("a stream") {}
    SUBCASE("a stream of pages") {
        has_pages = true;
    }
    SUBCASE("encrypted") {
        scene.keys.passphrase = Secret("a passphrase");
        scene.keys.cost = {.operations = 1, .memory = 8192};
    }
    const std::string text = noise(whole, 1);
    scene.be_killed(text, has_pages);
    scene.medium.revive();
    const Manifest made = scene.make(text, has_pages);
    CHECK(made.bytes_new < whole - pack);
    scene.check_sound();
}

TEST_CASE("what a run has stored that was called off is kept for the next one only if it says so" *
          doctest::test_suite("long")) {
    Scene scene;
    bool is_left = false;
    SUBCASE("called off") {
        is_left = true;
    }
    SUBCASE("failed") {}
    const std::string text = noise(whole, 7);
    {
        Repository repository = scene.open();
        const auto draft = repository.begin({.environment = "dev"}, scene.context);
        const auto sink = draft->open("database");
        sink->write(as_bytes(text));
        while (scene.packs() < 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (is_left) draft->leave_stored();
    }
    CHECK((scene.packs() > 0) == is_left);
    const Manifest made = scene.make(text, false);
    CHECK((made.bytes_new < whole - pack) == is_left);
    scene.check_sound();
}

TEST_CASE("a run that is killed twice is gone on with twice, and what nobody uses goes" *
          doctest::test_suite("long")) {
    Scene scene;
    const std::string text = noise(whole, 1);
    scene.be_killed(text, false);
    scene.medium.revive();
    scene.be_killed(noise(whole, 2), false);  // of another database
    scene.medium.revive();
    const Manifest made = scene.make(text, false);
    CHECK(made.bytes_new < whole - pack);
    scene.check_sound();
    for (const auto& [key, object] : scene.medium.objects) {
        if (!key.starts_with("packs/")) continue;
        CAPTURE(key);
        CHECK(std::ranges::any_of(made.packs,
                                  [&](const PackUse& pack) { return key == pack_key(pack); }));
    }
}

TEST_CASE("what a killed run has stored, and was damaged since, is not used" *
          doctest::test_suite("long")) {
    Scene scene;
    const std::string text = noise(whole, 1);
    scene.be_killed(text, false);
    scene.medium.revive();
    for (auto& [key, object] : scene.medium.objects)
        if (key.starts_with("packs/")) object[object.size() / 2] ^= 1;
    scene.make(text, false);
    scene.check_sound();
}
