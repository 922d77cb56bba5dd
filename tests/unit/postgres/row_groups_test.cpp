#include "engines/postgres/row_groups.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"

using namespace keel;
using namespace keel::postgres;

namespace {

using Rows = std::vector<std::string>;

class Sink final : public StreamSink {
  public:
    void write(std::span<const std::byte> bytes) override { text += as_text(bytes); }
    void finish() override {}
    void cut() override { ++cuts; }
    std::string text;
    int cuts = 0;
};

/// Gives few bytes at a time.
class Source final : public ByteSource {
  public:
    explicit Source(std::string_view text) : rest_(text) {}
    std::size_t read(std::span<std::byte> buffer) override {
        const auto count = std::min<std::size_t>({buffer.size(), rest_.size(), 1000});
        std::ranges::copy(as_bytes(rest_.substr(0, count)), buffer.begin());
        rest_.remove_prefix(count);
        return count;
    }

  private:
    std::string_view rest_;
};

std::string encoded(const Rows& rows, CopyFormat format) {
    Sink sink;
    RowGroupWriter writer(sink, format);
    for (const auto& row : rows) writer.add(as_bytes(row));
    writer.finish();
    return std::move(sink.text);
}

Rows decoded(std::string_view text, CopyFormat format) {
    Source source(text);
    RowGroupReader reader(source, format);
    Rows rows;
    for (auto row = reader.next(); !row.empty(); row = reader.next())
        rows.emplace_back(as_text(row));
    return rows;
}

std::string number(std::uint64_t value, int width) {
    std::string text;
    for (int i = width - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

/// A row of COPY's binary form.
class BinaryRow {
  public:
    BinaryRow& null() { return field(number(0xffffffff, 4)); }
    BinaryRow& value(std::string_view bytes) {
        return field(number(bytes.size(), 4) + std::string(bytes));
    }
    std::string text() const { return number(fields_, 2) + body_; }

  private:
    BinaryRow& field(std::string_view bytes) {
        body_ += bytes;
        ++fields_;
        return *this;
    }
    std::string body_;
    std::uint64_t fields_ = 0;
};

Rows sample_rows(std::size_t count) {
    std::mt19937_64 random(7);
    Rows rows;
    for (std::size_t i = 0; i < count; ++i) {
        BinaryRow row;
        row.value(number(i * 3, 8)).value(number(random(), 8)).value(number(0 - i, 4));
        row.value(number(random() % 7, 2)).value(std::string(i % 40, 'x')).value("");
        if (i % 5 == 0)
            row.null();
        else
            row.value(number(random(), 8) + number(random(), 8));
        rows.push_back(row.null().text());
    }
    return rows;
}

}  // namespace

TEST_CASE("rows come out of their groups as they went in, byte for byte") {
    for (const std::size_t count : {0u, 1u, 2u, 9u, 4000u}) {
        const auto rows = sample_rows(count);
        CHECK(decoded(encoded(rows, CopyFormat::binary), CopyFormat::binary) == rows);
    }
    const Rows lines = {"1\tone\t\\N\n", "2\ttab \\t in it\tx\n", "\t\t\n"};
    CHECK(decoded(encoded(lines, CopyFormat::text), CopyFormat::text) == lines);
}

TEST_CASE("rows without a column, and with one that is empty, stay rows") {
    const Rows none = {number(0, 2), number(0, 2)};
    CHECK(decoded(encoded(none, CopyFormat::binary), CopyFormat::binary) == none);
    const Rows empty = {"\n", "\n", "x\n"};
    CHECK(decoded(encoded(empty, CopyFormat::text), CopyFormat::text) == empty);
}

TEST_CASE("integers of every width and sign survive being told by their differences") {
    for (const int width : {2, 4, 8}) {
        Rows rows;
        const std::uint64_t top = std::uint64_t{1} << (8 * width - 1);
        for (const std::uint64_t value : {std::uint64_t{0}, top, top - 1, ~std::uint64_t{0}, top,
                                          std::uint64_t{1}, std::uint64_t{2}, top + 1})
            rows.push_back(BinaryRow().value(number(value, width)).text());
        for (std::uint64_t i = 0; i < 1000; ++i)
            rows.push_back(BinaryRow().value(number(30'000 + i, width)).text());
        CHECK(decoded(encoded(rows, CopyFormat::binary), CopyFormat::binary) == rows);
    }
}

TEST_CASE("groups end by rows and by bytes, and each of them at a seam") {
    Rows many(70'000, BinaryRow().value("a").text());
    many.push_back(BinaryRow().value(std::string(9 << 20, 'b')).text());
    many.push_back(BinaryRow().value("c").text());
    Sink sink;
    RowGroupWriter writer(sink, CopyFormat::binary);
    for (const auto& row : many) writer.add(as_bytes(row));
    writer.finish();
    CHECK(sink.cuts >= 3);
    CHECK(decoded(sink.text, CopyFormat::binary) == many);
}

TEST_CASE("columns of numbers that go up take next to nothing") {
    Rows rows;
    for (std::uint64_t i = 0; i < 1000; ++i)
        rows.push_back(BinaryRow().value(number(1'000'000 + i, 8)).text());
    const auto text = encoded(rows, CopyFormat::binary);
    CHECK(std::ranges::count(text, '\0') > 6900);  // of 8000 bytes
}

TEST_CASE("what is no row is refused before it is stored") {
    for (const auto& row : {std::string("\0", 1), number(1, 2), number(1, 2) + number(5, 4) + "abc",
                            number(0, 2) + "x"})
        CHECK_THROWS_AS(encoded({row}, CopyFormat::binary), Error);
    CHECK_THROWS_AS(encoded({"no end"}, CopyFormat::text), Error);
    CHECK_THROWS_AS(encoded({"1\t2\n", "1\n"}, CopyFormat::text), Error);
}

TEST_CASE("groups that are cut off or altered give rows or an error, whatever it was") {
    const auto rows = sample_rows(32);  // no bit of a bitmap is idle
    const auto text = encoded(rows, CopyFormat::binary);
    const auto read = [](std::string_view altered) {
        try {
            return decoded(altered, CopyFormat::binary);
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::integrity);
            return Rows();
        }
    };
    for (std::size_t size = 1; size < text.size(); ++size)
        CHECK(read(std::string_view(text).substr(0, size)).empty());
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto altered = text;
        altered[at] = static_cast<char>(altered[at] ^ 0x80);
        CHECK(read(altered) != rows);
    }
}
