#include "engines/postgres/row_units.hpp"

#include <doctest/doctest.h>

using namespace keel::postgres;

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

DumpTable table(std::string name, std::uint64_t bytes) {
    DumpTable table;
    table.schema = "public";
    table.name = std::move(name);
    table.bytes = bytes;
    return table;
}

}  // namespace

TEST_CASE("the units of a table hold each of its pages once, the last one to whatever the end is") {
    const std::vector<DumpTable> tables = {table("small", mib), table("large", 1000 * mib)};
    const auto units = plan_row_units(tables, {.workers = 2});

    REQUIRE(units.size() > 4);
    CHECK(units.back().table == 0);
    CHECK(units.back().is_whole);
    std::uint64_t next = 0;
    for (std::size_t i = 0; i + 1 < units.size(); ++i) {
        CHECK(units[i].table == 1);
        CHECK(units[i].first_page == next);
        CHECK_FALSE(units[i].is_whole);
        next = units[i].end_page.value_or(0);
    }
    CHECK(next == 0);
}

TEST_CASE("units say their pages as a condition that leaves no row out") {
    RowUnit unit{.first_page = 10, .end_page = 20, .is_whole = false};
    CHECK(unit.condition() == "where ctid >= '(10,0)' and ctid < '(20,0)'");
    unit.end_page.reset();
    CHECK(unit.condition() == "where ctid >= '(10,0)'");
    unit.is_whole = true;
    CHECK(unit.condition().empty());
}

TEST_CASE("what cannot be cut stays whole") {
    auto partitioned = table("hashed", 900 * mib), configuration = table("config", 900 * mib);
    partitioned.is_partitioned = true;
    configuration.condition = "where x";
    const std::vector<DumpTable> tables = {partitioned, configuration};
    CHECK(plan_row_units(tables, {.workers = 2}).size() == 2);
    const std::vector<DumpTable> plain = {table("t", 900 * mib)};
    CHECK(plan_row_units(plain, {.workers = 2, .may_split = false}).size() == 1);
    CHECK(plan_row_units(plain, {.workers = 1}).size() == 1);
    CHECK(plan_row_units({}, {.workers = 2}).empty());
}

TEST_CASE(
    "a backup cuts a table at the same pages when it has grown, and a huge one not too often") {
    const std::vector<DumpTable> before = {table("t", 200 * mib)}, after = {table("t", 240 * mib)};
    const auto earlier = plan_stored_units(before, {});
    const auto later = plan_stored_units(after, {});

    REQUIRE(earlier.size() == 6);
    REQUIRE(later.size() == 7);
    for (std::size_t i = 0; i < earlier.size(); ++i) {
        CHECK(later[i].part == i);
        CHECK(later[i].first_page == earlier[i].first_page);
        if (i + 1 < earlier.size()) CHECK(later[i].end_page == earlier[i].end_page);
    }
    CHECK_FALSE(earlier.back().end_page.has_value());

    const std::vector<DumpTable> small = {table("t", mib)}, huge = {table("t", 5'000'000 * mib)};
    CHECK(plan_stored_units(small, {}).front().is_whole);
    CHECK(plan_stored_units(huge, {}).size() <= 128);
    CHECK(plan_stored_units(huge, {.may_split = false}).size() == 1);
}
