#include "db/threaded_sink.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/bytes.hpp"

using namespace keel;

namespace {

/// Keeps what it is given; refuses the row of that number.
class Kept final : public RowSink {
  public:
    explicit Kept(std::size_t refused = SIZE_MAX) : refused_(refused) {}
    void put(std::span<const std::byte> row) override {
        if (rows.size() == refused_) throw Error(ErrorKind::constraint, "no such row");
        rows.emplace_back(as_text(row));
    }
    std::uint64_t finish() override { return rows.size(); }
    std::vector<std::string> rows;

  private:
    std::size_t refused_;
};

std::string row_of(int number) {
    return fmt::format("{}{}", number, std::string(static_cast<std::size_t>(number % 500), 'x'));
}

}  // namespace

TEST_CASE("rows come out of the other thread as they went in, in their order") {
    constexpr int rows = 5000;  // many blocks
    Kept kept;
    ThreadedSink sink(kept);
    for (int i = 0; i < rows; ++i) sink.put(as_bytes(row_of(i)));
    CHECK(sink.finish() == rows);
    for (int i = 0; i < rows; ++i) REQUIRE(kept.rows[static_cast<std::size_t>(i)] == row_of(i));
}

TEST_CASE("what the other sink refuses is told to the one that puts, at the end at the latest") {
    const auto fill = [](int rows) {
        Kept kept(3);
        ThreadedSink sink(kept);
        for (int i = 0; i < rows; ++i) sink.put(as_bytes(row_of(i)));
        sink.finish();
    };
    CHECK_THROWS_WITH(fill(10), "no such row");
    CHECK_THROWS_WITH(fill(100'000), "no such row");
}

TEST_CASE("a sink that is given up waits for nothing") {
    Kept kept;
    {
        ThreadedSink sink(kept);
        for (int i = 0; i < 10; ++i) sink.put(as_bytes(row_of(i)));
    }
    CHECK(kept.rows.empty());
}
