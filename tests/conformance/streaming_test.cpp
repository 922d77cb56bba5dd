#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <stdexcept>

#include "base/file.hpp"
#include "base/text.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

constexpr std::int64_t many = 200'000;
constexpr std::int64_t allowed_growth = 8 << 20;

/// Bytes of memory that this process has resident.
std::int64_t resident_bytes() {
    const auto fields = split(read_file("/proc/self/statm"), ' ');
    return static_cast<std::int64_t>(*parse_unsigned(fields.at(1))) * ::sysconf(_SC_PAGESIZE);
}

/// A sanitizer keeps freed memory for a while, and so hides what this test measures.
constexpr bool measures_memory() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    return true;
#endif
}

}  // namespace

TEST_CASE("a large result streams through constant memory") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        const auto sql = fmt::format("select n, '{}' || n from ({}) as series",
                                     std::string(300, 'x'), fixture.samples().series);
        const std::vector<Value> params = {many};
        std::int64_t rows = 0;
        std::int64_t sum = 0;
        std::int64_t early = 0;
        std::int64_t late = 0;

        connection->query(sql, params, [&](const Row& row) {
            ++rows;
            sum += row.integer(0);
            if (rows == 1000) early = resident_bytes();
            if (rows == many) late = resident_bytes();
        });

        CHECK(rows == many);
        CHECK(sum == many * (many + 1) / 2);
        if (measures_memory()) CHECK(late - early < allowed_growth);
    });
}

TEST_CASE("an exception from the row callback comes through, and the connection goes on") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        const std::vector<Value> params = {many};
        std::int64_t rows = 0;

        CHECK_THROWS_AS(connection->query(fixture.samples().series, params,
                                          [&](const Row&) {
                                              if (++rows == 10) throw std::runtime_error("enough");
                                          }),
                        std::runtime_error);

        CHECK(rows == 10);
        CHECK(connection->query_integer("select 7") == 7);
    });
}

TEST_CASE("a callback may run other statements on another connection while rows come") {
    for_each_engine([](EngineFixture& fixture) {
        const auto url = fixture.make_database();
        const auto reader = fixture.connect(url);
        const auto other = fixture.connect(url);
        const std::vector<Value> params = {std::int64_t{3}};
        std::int64_t sum = 0;

        reader->query(fixture.samples().series, params, [&](const Row& row) {
            sum += row.integer(0) + other->query_integer("select 10");
        });

        CHECK(sum == 36);
    });
}

}  // namespace keel::conformance
