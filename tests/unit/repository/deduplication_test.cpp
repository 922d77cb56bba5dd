#include <doctest/doctest.h>

#include <array>
#include <map>
#include <random>

#include "base/error.hpp"
#include "repository/copy_backup.hpp"
#include "world.hpp"

using namespace keel;

namespace {

constexpr std::size_t page_size = 512;

std::string noise(std::size_t bytes, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::string text(bytes, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    return text;
}

/// Backups of one environment, each building upon the one before.
struct Series : World {
    Manifest add_pages(Repository& repository, const std::string& pages) {
        const auto draft = repository.begin({.environment = "dev"}, context);
        const auto sink = draft->open_paged("database", page_size);
        // Not in whole pages, nor in whole blocks.
        for (std::size_t at = 0; at < pages.size(); at += 100'000)
            sink->write(as_bytes(std::string_view(pages).substr(at, 100'000)));
        sink->finish();
        return draft->commit(manifest(), context).manifest;
    }
    Manifest add_rows(Repository& repository, const std::vector<std::string>& parts) {
        const auto draft = repository.begin({.environment = "dev"}, context);
        const auto sink = draft->open("rows");
        for (const std::string& part : parts) {
            sink->write(as_bytes(part));
            sink->cut();
        }
        sink->finish();
        return draft->commit(manifest(), context).manifest;
    }
    std::string read(const Repository& repository, const Manifest& of, std::string_view stream) {
        return read_all(*repository.streams(of)->open(stream));
    }
};

}  // namespace

TEST_CASE("pages that did not change are not stored again") {
    Series series;
    Repository repository = series.open();
    std::string pages = noise(3'000 * page_size, 1);
    const Manifest first = series.add_pages(repository, pages);
    for (const std::size_t page : std::array<std::size_t, 4>{0, 7, 1500, 2999})
        pages[page * page_size + 5] ^= 1;

    const Manifest second = series.add_pages(repository, pages);

    CHECK(first.bytes_new > pages.size());
    CHECK(second.bytes_new < 6 * page_size);
    CHECK(series.read(repository, second, "database") == pages);
    CHECK(repository.verify(*repository.list().find(second.id), series.context).ok);
}

TEST_CASE("a stream can be kept from the backup before") {
    Series series;
    Repository repository = series.open();
    const std::string pages = noise(300 * page_size, 2);
    series.add_pages(repository, pages);
    const auto draft = repository.begin({.environment = "dev"}, series.context);
    REQUIRE(draft->previous() != nullptr);
    CHECK(draft->previous()->tables.at(0).name == "users");
    draft->keep("database");

    const Manifest kept = draft->commit(World::manifest(), series.context).manifest;

    CHECK(kept.bytes_new < 400);
    CHECK(series.read(repository, kept, "database") == pages);
}

TEST_CASE("parts between seams are found again, wherever they are") {
    Series series;
    Repository repository = series.open();
    const std::string a = noise(100'000, 1);
    const std::string b = noise(90'000, 2);
    const std::string c = noise(80'000, 3);
    series.add_rows(repository, {a, b});

    const Manifest second = series.add_rows(repository, {c, b, a});

    CHECK(second.bytes_new < c.size() + 2'000);
    CHECK(series.read(repository, second, "rows") == c + b + a);
}

TEST_CASE("a backup of another environment builds upon nothing") {
    Series series;
    Repository repository = series.open();
    series.add_rows(repository, {noise(50'000, 1)});
    const auto draft = repository.begin({.environment = "prod"}, series.context);
    CHECK(draft->previous() == nullptr);
}

TEST_CASE("any history of changes, removals and growth comes back as it was" *
          doctest::test_suite("long")) {
    for (std::uint32_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        Series series;
        if (seed % 3 == 0)
            series.keys = {.passphrase = Secret("x"),
                           .key_file = std::nullopt,
                           .cost = {.operations = 1, .memory = 1u << 20}};
        Repository repository = series.open();
        std::mt19937 random(seed);
        std::string pages = noise(page_size * (1 + random() % 3'000), seed);
        std::map<std::string, std::string> expected;
        for (int step = 0; step < 14; ++step) {
            const std::size_t count = pages.size() / page_size;
            for (std::size_t n = random() % (step % 4 == 0 ? count : 20); n > 0; --n)
                pages[random() % pages.size()] = static_cast<char>(random());
            if (random() % 5 == 0) pages.resize(page_size * (1 + random() % 3'000), 'x');
            expected[series.add_pages(repository, pages).id] = pages;
            if (random() % 3 == 0 && expected.size() > 1) {
                auto victim = expected.begin();
                std::advance(victim, random() % expected.size());
                repository.remove(victim->first, series.context);
                expected.erase(victim);
            }
        }
        const Listing listing = repository.list();
        CHECK(listing.problems.empty());
        REQUIRE(listing.backups.size() == expected.size());
        for (const Backup& backup : listing.backups) {
            CAPTURE(backup.id);
            CHECK(series.read(repository, backup.manifest, "database") == expected.at(backup.id));
            CHECK(repository.verify(backup, series.context).ok);
        }
    }
}

TEST_CASE("packs go when the last backup that needs them goes") {
    Series series;
    Repository repository = series.open();
    const std::string pages = noise(1'000 * page_size, 3);
    const Manifest first = series.add_pages(repository, pages);
    const Manifest second = series.add_pages(repository, pages);

    CHECK(repository.remove(first.id, series.context).removed.empty());
    CHECK(series.read(repository, second, "database") == pages);
    CHECK(repository.remove(second.id, series.context).bytes() >= pages.size());
    for (const auto& [key, text] : series.medium.objects) CHECK_FALSE(key.starts_with("packs/"));
}

TEST_CASE("a pruner leaves what a writer at work may share, and takes it when that is done") {
    Series series;
    Repository repository = series.open();
    const std::string pages = noise(1'000 * page_size, 4);
    const Manifest first = series.add_pages(repository, pages);
    SUBCASE("the writer needs it") {
        const auto draft = repository.begin({.environment = "dev"}, series.context);
        draft->keep("database");
        const Garbage garbage = repository.remove(first.id, series.context);
        CHECK(garbage.removed.empty());
        CHECK(garbage.waiting.size() == 1);
        const Manifest second = draft->commit(World::manifest(), series.context).manifest;
        CHECK(repository.collect(series.context).removed.empty());
        CHECK(series.read(repository, second, "database") == pages);
    }
    SUBCASE("the writer does not need it after all") {
        auto draft = repository.begin({.environment = "dev"}, series.context);
        CHECK(repository.remove(first.id, series.context).waiting.size() == 1);
        draft.reset();
        CHECK(repository.collect(series.context).removed.size() == 1);
    }
    SUBCASE("who begins later does not use it, so nobody waits for them") {
        auto old = repository.begin({.environment = "dev"}, series.context);
        repository.remove(first.id, series.context);
        const auto late = repository.begin({.environment = "dev"}, series.context);
        old.reset();
        CHECK(repository.collect(series.context).removed.size() == 1);
    }
}

TEST_CASE("while a manifest is damaged or lost, no pack is removed") {
    Series series;
    Repository repository = series.open();
    const Manifest first = series.add_pages(repository, noise(50 * page_size, 5));
    const Manifest second = series.add_pages(repository, noise(50 * page_size, 6));
    std::string& text = series.medium.objects.at(Documents::manifest_key(first.id));
    SUBCASE("damaged") {
        text[20] ^= 1;
    }
    SUBCASE("lost") {
        series.medium.objects.erase(Documents::manifest_key(first.id));
    }
    const Garbage garbage = repository.remove(second.id, series.context);
    CHECK(garbage.removed.empty());
    CHECK_FALSE(garbage.problem.empty());
}

TEST_CASE("a pinned backup is not removed until it is unpinned") {
    Series series;
    const std::string id = series.add();
    Repository repository = series.open();
    repository.pin(id, "before the audit", series.context);
    CHECK(repository.list().find(id)->is_pinned);
    CHECK_THROWS_AS(repository.remove(id, series.context), Error);
    repository.unpin(id, series.context);
    CHECK_NOTHROW(repository.remove(id, series.context));
}

TEST_CASE("a copy in another repository keeps id and time, and shares what it can") {
    Series here;
    Repository from = here.open();
    std::string pages = noise(2'000 * page_size, 7);
    const Manifest first = here.add_pages(from, pages);
    pages[77'777] ^= 1;
    const Manifest second = here.add_pages(from, pages);
    Series there;
    there.keys = {.passphrase = Secret("x"),
                  .key_file = std::nullopt,
                  .cost = {.operations = 1, .memory = 1u << 20}};
    there.clock.time = parse_utc("2031-01-01T00:00:00Z");
    Repository to = there.open();
    const Listing listing = from.list();

    for (const Manifest* each : {&first, &second})
        copy_backup(from, *listing.find(each->id), to, there.context);

    const Backup copy = *to.list().find(second.id);
    CHECK(copy.manifest.created_at == second.created_at);
    CHECK(copy.manifest.bytes_new < 3'000);
    CHECK(there.read(to, copy.manifest, "database") == pages);
    CHECK_THROWS_AS(copy_backup(from, *listing.find(first.id), to, there.context), Error);
}
