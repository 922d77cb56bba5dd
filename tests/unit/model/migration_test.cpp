#include "model/migration.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

namespace keel {

TEST_CASE("versions are ordered as numbers of any length") {
    CHECK(version_less("2", "10"));
    CHECK(version_less("0009", "10"));
    CHECK(version_less("99999999999999999999998", "99999999999999999999999"));
    CHECK_FALSE(version_less("20260101000000", "20260101000000"));
    CHECK_FALSE(version_less("10", "9"));
}

TEST_CASE("leading zeros do not make another version") {
    CHECK(version_key("007") == version_key("7"));
    CHECK(version_key("0") == version_key("000"));
    CHECK(version_key("70") != version_key("7"));
    CHECK(version_key("") == "");
}

TEST_CASE("a state of the history is read as it is written") {
    for (const auto state :
         {MigrationState::applied, MigrationState::running, MigrationState::failed,
          MigrationState::reverting, MigrationState::reverted})
        CHECK(parse_migration_state(to_string(state)) == state);
    CHECK_THROWS_AS(parse_migration_state("done"), Error);
}

}  // namespace keel
