#include "ops/backup/choose.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "model/manifest_scope.hpp"

using namespace keel;

namespace {

struct Made {
    std::string id;
    std::string reason = "manual";
    BackupState state = BackupState::verified;
    std::string environment = "dev";
    bool is_of_tables = false;
};

/// A listing of these, newest first, as a repository gives it.
Listing listing_of(const std::vector<Made>& all) {
    Listing listing;
    for (const Made& made : all) {
        Backup backup{.id = made.id, .state = made.state, .digest = "d"};
        backup.manifest.id = made.id;
        backup.manifest.environment = made.environment;
        backup.manifest.reason = made.reason;
        if (made.is_of_tables) mark_as_of_tables(backup.manifest.content);
        listing.backups.push_back(std::move(backup));
    }
    return listing;
}

ErrorKind kind_of(const auto& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::internal;
}

constexpr auto complete = BackupState::complete;
constexpr auto damaged = BackupState::damaged;

}  // namespace

TEST_CASE("latest is the newest verified backup of the environment that somebody asked for") {
    const Listing listing = listing_of({{"9", "safety: migrate down"},
                                        {"8", "manual", complete},
                                        {"7", "manual", damaged},
                                        {"6", "manual", BackupState::verified, "prod"},
                                        {"5"},
                                        {"4"}});
    const Chosen chosen = choose_backup(listing, "latest", "dev");
    CHECK(chosen.backup->id == "5");
    CHECK(chosen.warning.empty());
}

TEST_CASE("a backup of some tables is found by its id, and is never latest nor kept as the last") {
    const Listing listing = listing_of({{.id = "9", .is_of_tables = true}, {"8"}});
    CHECK(choose_backup(listing, "latest", "dev").backup->id == "8");
    CHECK(choose_backup(listing, "9", "dev").backup->id == "9");
    CHECK(why_kept(listing, listing.backups[0]).empty());
    CHECK_FALSE(why_kept(listing, listing.backups[1]).empty());
    const Listing only = listing_of({{.id = "9", .is_of_tables = true}});
    CHECK(kind_of([&] { choose_backup(only, "latest", "dev"); }) == ErrorKind::not_found);
}

TEST_CASE("without a verified backup, latest is the newest complete one, with a warning") {
    const Listing listing = listing_of({{"9", "safety: migrate down"}, {"8", "manual", complete}});
    const Chosen chosen = choose_backup(listing, "latest", "dev");
    CHECK(chosen.backup->id == "8");
    CHECK_FALSE(chosen.warning.empty());
}

TEST_CASE("with safety backups only, latest is the newest of them, with a warning") {
    const Listing listing = listing_of({{"9", "safety: migrate down"}, {"8", "safety: db reset"}});
    const Chosen chosen = choose_backup(listing, "latest", "dev");
    CHECK(chosen.backup->id == "9");
    CHECK(chosen.warning.find("migrate down") != std::string::npos);
}

TEST_CASE("latest never is a damaged backup, nor one of another environment") {
    const Listing listing =
        listing_of({{"9", "manual", damaged}, {"8", "manual", BackupState::verified, "prod"}});
    CHECK(kind_of([&] { choose_backup(listing, "latest", "dev"); }) == ErrorKind::not_found);
}

TEST_CASE("the beginning of an id is enough when only one begins so") {
    const Listing listing = listing_of({{"20261120t07-aa"}, {"20261120t08-bb"}});
    CHECK(choose_backup(listing, "20261120t08", "dev").backup->id == "20261120t08-bb");
    CHECK(kind_of([&] { choose_backup(listing, "2026", "dev"); }) == ErrorKind::usage);
    CHECK(kind_of([&] { choose_backup(listing, "2027", "dev"); }) == ErrorKind::not_found);
    CHECK(kind_of([&] { choose_backup(listing, "", "dev"); }) == ErrorKind::not_found);
}

TEST_CASE("an id that is the beginning of another one still names its backup") {
    const Listing listing = listing_of({{"ab"}, {"a"}});
    CHECK(choose_backup(listing, "a", "dev").backup->id == "a");
}

TEST_CASE("undoing an undo does not bring the undone state back") {
    const Listing listing =
        listing_of({{"9", "safety: undo"}, {"8", "safety: migrate down"}, {"7"}});
    CHECK(choose_undo(listing, "dev").backup->id == "8");
    CHECK(kind_of([&] { choose_undo(listing, "prod"); }) == ErrorKind::not_found);
}

TEST_CASE("undoing takes back the last change or nothing, never more than that") {
    const Listing listing = listing_of({{.id = "9", .reason = "safety: undo"},
                                        {.id = "8", .reason = "safety: up", .is_of_tables = true},
                                        {.id = "7", .reason = "safety: migrate down"}});
    CHECK(kind_of([&] { choose_undo(listing, "dev"); }) == ErrorKind::refused);
}

TEST_CASE("the last good backup of an environment stays") {
    SUBCASE("the only one") {
        const Listing listing = listing_of({{"9", "manual", BackupState::verified, "prod"}, {"8"}});
        CHECK_FALSE(why_kept(listing, listing.backups[1]).empty());
    }
    SUBCASE("the only verified one, even when newer ones are complete") {
        const Listing listing = listing_of({{"9", "manual", complete}, {"8"}});
        CHECK_FALSE(why_kept(listing, listing.backups[1]).empty());
        CHECK(why_kept(listing, listing.backups[0]).empty());
    }
    SUBCASE("the only complete one beside damaged ones") {
        const Listing listing = listing_of({{"9", "manual", damaged}, {"8", "manual", complete}});
        CHECK_FALSE(why_kept(listing, listing.backups[1]).empty());
        CHECK(why_kept(listing, listing.backups[0]).empty());
    }
    SUBCASE("not the newest verified one when an older one is verified") {
        const Listing listing = listing_of({{"9"}, {"8"}});
        CHECK(why_kept(listing, listing.backups[0]).empty());
    }
}
