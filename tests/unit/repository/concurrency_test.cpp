#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "base/error.hpp"
#include "storages.hpp"
#include "world.hpp"

using namespace keel;

namespace {

constexpr std::size_t page_size = 4096;

/// In `make check` ten minutes over the storages that people use.
std::chrono::milliseconds duration_over(StorageKind::Name name) {
    constexpr std::chrono::milliseconds usual{600};
    constexpr std::chrono::seconds longest_of_doubles{20};
    const char* given = std::getenv("KEEL_SOAK_SECONDS");
    if (given == nullptr) return usual;
    const std::chrono::seconds wanted(std::atoi(given));
    const bool is_real = name == StorageKind::Name::folder || name == StorageKind::Name::ceph;
    return is_real ? wanted : std::min(wanted, longest_of_doubles);
}

struct Scene {
    const StorageKind& storage;
    SystemClock clock;
    Context context{.stop = {}, .progress = no_progress(), .logger = no_logger(), .clock = clock};
    std::chrono::steady_clock::time_point end;
    std::atomic<int> made = 0;

    bool goes_on() const { return std::chrono::steady_clock::now() < end; }
    Repository open() {
        return Repository::open_or_create(storage.open(), {.clock = clock, .holder = "test"},
                                          context);
    }

    void write(const std::string& environment) {
        std::mt19937 random(static_cast<std::uint32_t>(environment.size()));
        std::string pages(200 * page_size, 'x');
        while (goes_on()) {
            for (int i = 0; i < 20; ++i)
                pages[random() % pages.size()] = static_cast<char>(random());
            Repository repository = open();
            const auto draft = repository.begin({.environment = environment}, context);
            const auto sink = draft->open_paged("database", page_size);
            sink->write(as_bytes(pages));
            sink->finish();
            Manifest manifest = World::manifest(environment);
            draft->commit(std::move(manifest), context);
            ++made;
        }
    }
    /// Keeps the newest three of each environment.
    void prune() {
        while (goes_on()) {
            Repository repository = open();
            std::map<std::string, int> seen;
            std::vector<std::string> doomed;
            for (const Backup& backup : repository.list().backups) {
                if (++seen[backup.manifest.environment] > 3) doomed.push_back(backup.id);
            }
            repository.remove(doomed, context);
        }
    }
};

}  // namespace

namespace {

void check_soak(const StorageKind& storage, std::chrono::milliseconds duration) {
    Scene scene{.storage = storage, .end = std::chrono::steady_clock::now() + duration};
    scene.open();
    {
        std::jthread first([&] { scene.write("dev"); });
        std::jthread second([&] { scene.write("staging"); });
        std::jthread pruner([&] { scene.prune(); });
    }
    Repository repository = scene.open();
    const Listing listing = repository.list();
    CHECK(scene.made >= 2);
    CHECK(listing.problems.empty());
    CHECK(listing.backups.size() >= 2);
    for (const Backup& backup : listing.backups) {
        CAPTURE(backup.id);
        CHECK(repository.verify(backup, scene.context).problems == std::vector<std::string>{});
    }
    // Packs that were in use when the last pruner looked are for the next writer to take away.
    repository.begin({.environment = "dev"}, scene.context).reset();
    for (const RepositoryLeftover& leftover : repository.leftovers())
        FAIL_CHECK("left behind: ", leftover.what);
}

}  // namespace

TEST_SUITE_BEGIN("long");

TEST_CASE("two writers and a pruner at once: every backup that is there verifies") {
    for (const StorageKind::Name name : all_storages) {
        CAPTURE(name_of(name));
        const StorageKind storage(name);
        if (storage.is_there) check_soak(storage, duration_over(name));
    }
}

TEST_SUITE_END();
