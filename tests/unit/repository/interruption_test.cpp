#include <doctest/doctest.h>

#include <set>

#include "base/error.hpp"
#include "world.hpp"

using namespace keel;
using Fault = MemoryMedium::Fault;

namespace {

/// A repository with two backups, and one more thing that is done to it.
struct Scene : World {
    std::string first = add("first\n");
    std::string second = add("second\n");

    void make_third() {
        Repository repository = open();
        add(repository,
            {{"pre-data", "create"}, {"table/1", std::string(3u << 19, 'x')}, {"post-data", ""}},
            manifest());
    }
    void remove_second() {
        Repository repository = open();
        repository.remove(second, context);
    }

    /// Everything that must hold afterwards, whatever happened in between.
    std::size_t check_sound() {
        Repository repository = open();
        const Listing listing = repository.list();
        CHECK(listing.problems.empty());
        for (const Backup& backup : listing.backups) {
            CAPTURE(backup.id);
            CHECK(backup.state != BackupState::damaged);
            CHECK(repository.verify(backup, context).ok);
        }
        CHECK(listing.find(first) != nullptr);
        return listing.backups.size();
    }
    /// No object belongs to a backup that is not listed.
    void check_no_debris() {
        const Listing listing = open().list();
        for (const auto& [key, text] : medium.objects) {
            if (!key.starts_with("backups/") && !key.starts_with("checks/")) continue;
            const std::string id = key.substr(key.find('/') + 1, listing.backups[0].id.size());
            CAPTURE(key);
            CHECK(listing.find(id) != nullptr);
        }
        CHECK(medium.folders.empty());
    }
};

using Work = void (Scene::*)();

int changes_of(Work work) {
    Scene scene;
    scene.medium.changes = 0;
    (scene.*work)();
    return scene.medium.changes;
}

/// A kill in the middle of a destructor ends there, as it does in a process.
void die_in(Scene& scene, Work work) {
    try {
        (scene.*work)();
    } catch (const Killed&) {
    }
    CHECK(scene.medium.changes >= scene.medium.fault_at);
    scene.medium.revive();
}

}  // namespace

TEST_CASE(
    "killed at any change, a backup is there and whole or not there, and the next run sweeps") {
    const int changes = changes_of(&Scene::make_third);
    REQUIRE(changes > 10);
    std::set<std::size_t> outcomes;
    for (int at = 1; at <= changes; ++at) {
        CAPTURE(at);
        Scene scene;
        scene.medium.changes = 0;
        scene.medium.fault = Fault::kill;
        scene.medium.fault_at = at;
        die_in(scene, &Scene::make_third);

        const std::size_t there = scene.check_sound();
        outcomes.insert(there);
        scene.make_third();
        CHECK(scene.check_sound() == there + 1);
        scene.check_no_debris();
    }
    CHECK(outcomes == std::set<std::size_t>{2, 3});
}

TEST_CASE("a change that fails, once or from then on, leaves no backup and no debris" *
          doctest::test_suite("long")) {
    const int changes = changes_of(&Scene::make_third);
    for (const Fault fault : {Fault::error, Fault::error_from_there_on}) {
        for (int at = 1; at <= changes; ++at) {
            CAPTURE(at);
            Scene scene;
            scene.medium.changes = 0;
            scene.medium.fault = fault;
            scene.medium.fault_at = at;
            bool failed = false;
            try {
                scene.make_third();
            } catch (const Error& error) {
                failed = true;
                CHECK(error.kind() == ErrorKind::io);
            }
            scene.medium.revive();

            CHECK(scene.check_sound() == (failed ? 2 : 3));
            scene.make_third();
            scene.check_no_debris();
        }
    }
}

TEST_CASE("killed at any change, a removal has happened or not, and the next run finishes it") {
    const int changes = changes_of(&Scene::remove_second);
    REQUIRE(changes > 3);
    std::set<std::size_t> outcomes;
    for (int at = 1; at <= changes; ++at) {
        CAPTURE(at);
        Scene scene;
        scene.medium.changes = 0;
        scene.medium.fault = Fault::kill;
        scene.medium.fault_at = at;
        die_in(scene, &Scene::remove_second);

        outcomes.insert(scene.check_sound());
        scene.make_third();
        scene.check_sound();
        scene.check_no_debris();
    }
    CHECK(outcomes == std::set<std::size_t>{1, 2});
}

TEST_CASE("what a killed run left is shown, and resolving it any number of times is one") {
    Scene scene;
    scene.medium.changes = 0;
    scene.medium.fault = Fault::kill;
    scene.medium.fault_at = 5;
    CHECK_THROWS_AS(scene.make_third(), Killed);
    scene.medium.revive();
    Repository repository = scene.open();

    const auto found = repository.leftovers();

    REQUIRE(found.size() == 1);
    CHECK(found[0].kind == RepositoryLeftover::Kind::unfinished);
    for (int i = 0; i < 3; ++i) repository.resolve(found[0], scene.context);
    CHECK(repository.leftovers().empty());
    scene.check_no_debris();
}

TEST_CASE("a repository whose making was killed at any change is made by the next run") {
    for (int at = 1; at <= 2; ++at) {
        CAPTURE(at);
        World world;
        world.medium.fault = Fault::kill;
        world.medium.fault_at = at;
        CHECK_THROWS_AS(world.open(), Killed);
        world.medium.revive();
        world.add();
        CHECK(world.open().list().problems.empty());
    }
}
