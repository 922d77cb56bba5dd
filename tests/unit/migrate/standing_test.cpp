#include "ops/migrate/standing.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

namespace keel {
namespace {

Migration file_of(const std::string& version, const std::string& checksum = "c") {
    Migration migration;
    migration.version = version;
    migration.checksum = checksum;
    return migration;
}

AppliedMigration row_of(std::int64_t sequence, const std::string& version,
                        MigrationState state = MigrationState::applied) {
    AppliedMigration row;
    row.sequence = sequence;
    row.version = version;
    row.checksum = "c";
    row.state = state;
    return row;
}

std::vector<std::string> versions_of(const std::vector<const Migration*>& migrations) {
    std::vector<std::string> versions;
    for (const Migration* migration : migrations) versions.push_back(migration->version);
    return versions;
}

std::vector<std::string> versions_of(const std::vector<const AppliedEntry*>& entries) {
    std::vector<std::string> versions;
    for (const AppliedEntry* entry : entries) versions.push_back(entry->row.version);
    return versions;
}

using Versions = std::vector<std::string>;

}  // namespace

TEST_CASE("what has no row is pending, what has no file is missing, what differs is changed") {
    const std::vector<Migration> files{file_of("1"), file_of("2", "edited"), file_of("4")};

    const Standing standing = compare(files, {row_of(1, "1"), row_of(2, "2"), row_of(3, "3")});

    CHECK(versions_of(standing.pending) == Versions{"4"});
    REQUIRE(standing.applied.size() == 3);
    CHECK_FALSE(standing.applied[0].is_changed());
    CHECK(standing.applied[1].is_changed());
    CHECK(standing.applied[2].is_missing());
    CHECK(standing.newest == "3");
    CHECK(standing.last_sequence == 3);
}

TEST_CASE("the last row of a version says what it is") {
    const std::vector<Migration> files{file_of("1"), file_of("2"), file_of("3")};

    const Standing standing =
        compare(files, {row_of(1, "1"), row_of(2, "2"), row_of(3, "2", MigrationState::reverted),
                        row_of(4, "3"), row_of(5, "3", MigrationState::reverted), row_of(6, "3")});

    CHECK(versions_of(standing.pending) == Versions{"2"});
    REQUIRE(standing.applied.size() == 2);
    CHECK(standing.applied[1].row.sequence == 6);
    CHECK(standing.last_sequence == 6);
}

TEST_CASE("leading zeros make neither a file missing nor pending again") {
    const std::vector<Migration> files{file_of("007")};

    const Standing standing = compare(files, {row_of(1, "7")});

    CHECK(standing.pending.empty());
    CHECK_FALSE(standing.applied.at(0).is_missing());
}

TEST_CASE("an interrupted up or down is unfinished") {
    const std::vector<Migration> files{file_of("1"), file_of("2")};

    CHECK(compare(files, {row_of(1, "1"), row_of(2, "2")}).unfinished() == nullptr);
    for (const auto state :
         {MigrationState::running, MigrationState::failed, MigrationState::reverting}) {
        const Standing standing = compare(files, {row_of(1, "1"), row_of(2, "2", state)});
        REQUIRE(standing.unfinished() != nullptr);
        CHECK(standing.unfinished()->row.version == "2");
    }
}

TEST_CASE("up goes to the newest, to a version, or so many steps") {
    const std::vector<Migration> files{file_of("1"), file_of("2"), file_of("3"), file_of("4")};
    const Standing standing = compare(files, {row_of(1, "2")});

    CHECK(versions_of(select_pending(standing, {})) == Versions{"1", "3", "4"});
    CHECK(versions_of(select_pending(standing, {.to = "3", .steps = {}})) == Versions{"1", "3"});
    CHECK(versions_of(select_pending(standing, {.to = "3_name", .steps = 1})) == Versions{"1"});
    CHECK(versions_of(select_pending(standing, {.to = "", .steps = 2})) == Versions{"1", "3"});
    CHECK_THROWS_AS(select_pending(standing, {.to = "5", .steps = {}}), Error);
    CHECK_THROWS_AS(select_pending(standing, {.to = "", .steps = 0}), Error);
}

TEST_CASE("an unknown version is answered with the nearest") {
    const std::vector<Migration> files{file_of("20260101000000"), file_of("20270202000000")};

    try {
        select_pending(compare(files, {}), {.to = "20260101000001", .steps = {}});
        FAIL("accepted an unknown version");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::not_found);
        CHECK(error.message().find("20260101000000") != std::string::npos);
    }
}

TEST_CASE("down undoes in the opposite order of application") {
    const std::vector<Migration> files{file_of("1"), file_of("2"), file_of("3")};
    const Standing standing = compare(files, {row_of(1, "1"), row_of(2, "3"), row_of(3, "2")});

    CHECK(versions_of(select_applied(standing, {})) == Versions{"2"});
    CHECK(versions_of(select_applied(standing, {.to = {}, .steps = 2})) == Versions{"2", "3"});
    CHECK(versions_of(select_applied(standing, {.to = "1"})) == Versions{"2", "3"});
    CHECK(versions_of(select_applied(standing, {.to = "2"})) == Versions{"3"});
    CHECK(versions_of(select_applied(standing, {.to = "0"})) == Versions{"2", "3", "1"});
    CHECK_THROWS_AS(select_applied(standing, {.to = {}, .steps = 4}), Error);
    CHECK_THROWS_AS(select_applied(standing, {.to = {}, .steps = 0}), Error);
    CHECK_THROWS_AS(select_applied(standing, {.to = "9"}), Error);
    CHECK(select_applied(compare(files, {}), {}).empty());
}

}  // namespace keel
