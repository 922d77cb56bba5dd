#include "ops/kit/audit_log.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <thread>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "support/temporary_directory.hpp"

using namespace keel;

namespace {

Json entry(std::string_view what) {
    return Json::object().set("operation", what);
}

struct Fixture {
    TemporaryDirectory directory;
    SystemClock clock;
    std::filesystem::path file = directory.path() / "audit" / "audit.ndjson";
    AuditLog log{directory.path() / "audit", clock};

    void overwrite(std::string_view text) const {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
    }
};

}  // namespace

TEST_CASE("entries are chained, numbered and read back in order") {
    Fixture fixture;
    CHECK_FALSE(fixture.log.head().has_value());
    const auto first = fixture.log.append(entry("one"));
    const auto second = fixture.log.append(entry("two"));
    CHECK(first.sequence == 1);
    CHECK(second.sequence == 2);
    CHECK(second.log_id == first.log_id);
    CHECK(fixture.log.head()->hash == second.hash);
    std::vector<std::string> read;
    fixture.log.read([&](const Json& json) { read.push_back(json.string_or("operation", "")); });
    CHECK(read == std::vector<std::string>{"one", "two"});
    CHECK(fixture.log.verify(second).empty());
}

TEST_CASE("every flipped byte, deleted line, swapped line and cut-off end is found") {
    Fixture fixture;
    std::optional<AuditHead> head;
    for (const auto* name : {"one", "two", "three", "four"}) head = fixture.log.append(entry(name));
    const auto good = read_file(fixture.file);
    REQUIRE(fixture.log.verify(head).empty());

    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x01);
        fixture.overwrite(bad);
        CAPTURE(i);
        CHECK_FALSE(fixture.log.verify(head).empty());
    }
    auto lines = split(good, '\n');
    lines.pop_back();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto fewer = lines;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        fixture.overwrite(join(fewer, "\n") + "\n");
        CHECK_FALSE(fixture.log.verify(head).empty());
        auto swapped = lines;
        std::swap(swapped[i], swapped[(i + 1) % lines.size()]);
        fixture.overwrite(join(swapped, "\n") + "\n");
        CHECK_FALSE(fixture.log.verify(head).empty());
    }
    fixture.overwrite("");
    CHECK_FALSE(fixture.log.verify(head).empty());
    fixture.overwrite(good);
    CHECK(fixture.log.verify(head).empty());
}

TEST_CASE("a torn last line is not taken for an entry and does not break the chain") {
    Fixture fixture;
    fixture.log.append(entry("one"));
    const auto good = read_file(fixture.file);
    fixture.overwrite(good + R"({"seq":2,"at":)");
    const auto head = fixture.log.append(entry("two"));
    CHECK(head.sequence == 2);
    CHECK(fixture.log.verify(head).empty());
}

TEST_CASE("a full segment is closed and the next one cites its head") {
    Fixture fixture;
    AuditLog log(fixture.directory.path() / "audit", fixture.clock, 1000);
    for (int i = 0; i < 3; ++i) log.append(entry(std::string(400, 'x')));
    const auto head = log.append(entry("short"));
    CHECK(std::filesystem::exists(fixture.directory.path() / "audit/audit.000000000002.ndjson"));
    CHECK(head.sequence == 4);
    CHECK(fixture.log.verify(head).empty());
}

TEST_CASE("an entry of any length can be followed by another, also when it was torn") {
    Fixture fixture;
    fixture.log.append(entry(std::string(700'000, 'x')));
    const auto head = fixture.log.append(entry("short"));
    CHECK(head.sequence == 2);
    std::ofstream(fixture.file, std::ios::binary | std::ios::app) << std::string(300'000, 'y');
    CHECK(fixture.log.append(entry("short")).sequence == 3);
    CHECK(fixture.log.verify(head).empty());
}

TEST_CASE("writers at the same time leave one unbroken chain") {
    Fixture fixture;
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < 4; ++i) {
            writers.emplace_back([&] {
                for (int n = 0; n < 10; ++n) fixture.log.append(entry("parallel"));
            });
        }
    }
    const auto head = fixture.log.head();
    CHECK(head->sequence == 40);
    CHECK(fixture.log.verify(head).empty());
}
