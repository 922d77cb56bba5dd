#include "ops/migrate/migration_cache.hpp"

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "support/temporary_directory.hpp"

namespace keel {
namespace {

using namespace std::chrono_literals;

/// A project whose migrations are known to a cache, long after they were written.
class Known {
  public:
    Known() {
        std::filesystem::create_directories(migrations() / "inner");
        std::filesystem::create_directories(state());
        write_file_atomically(migrations() / "1_a.sql", "one");
        write_file_atomically(migrations() / "inner/2_b.sql", "two");
        keep(later());
    }

    std::filesystem::path migrations() const { return directory_.path() / "migrations"; }
    std::filesystem::path state() const { return directory_.path() / ".keel"; }
    MigrationCache cache(std::string_view settings = "keel") const {
        return {state(), migrations(), settings};
    }
    static TimePoint later() { return SystemClock().now() + 1h; }
    void keep(TimePoint now) const {
        Migration a;
        a.version = "1";
        a.name = "a";
        a.file = "migrations/1_a.sql";
        a.checksum = "c1";
        Migration b;
        b.version = "2";
        b.name = "b";
        b.kind = MigrationKind::repeatable;
        b.replaces = {"7", "8"};
        b.problem = "is written in Go";
        b.problem_hint = "skip it";
        cache().store({a, b}, tree_state(migrations()), now);
    }

  private:
    TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("what the migrations are is known again without reading them") {
    const Known known;
    const auto found = known.cache().load();
    REQUIRE(found);
    REQUIRE(found->size() == 2);
    CHECK(found->at(0).version == "1");
    CHECK(found->at(0).name == "a");
    CHECK(found->at(0).file == "migrations/1_a.sql");
    CHECK(found->at(0).checksum == "c1");
    CHECK(found->at(1).kind == MigrationKind::repeatable);
    CHECK(found->at(1).replaces == std::vector<std::string>{"7", "8"});
    CHECK(found->at(1).problem == "is written in Go");
    CHECK(found->at(1).problem_hint == "skip it");
}

TEST_CASE("a file that was written, added, renamed or removed makes the known migrations unknown") {
    const Known known;
    SUBCASE("written with the same size and time") {
        const auto file = known.migrations() / "inner/2_b.sql";
        const auto time = std::filesystem::last_write_time(file);
        write_file_atomically(file, "owt");
        std::filesystem::last_write_time(file, time);
    }
    SUBCASE("added") {
        write_file_atomically(known.migrations() / "3_c.sql", "three");
    }
    SUBCASE("renamed") {
        std::filesystem::rename(known.migrations() / "1_a.sql", known.migrations() / "1_c.sql");
    }
    SUBCASE("removed") {
        std::filesystem::remove(known.migrations() / "inner/2_b.sql");
    }
    SUBCASE("read with other settings") {
        CHECK_FALSE(known.cache("goose").load().has_value());
        return;
    }
    SUBCASE("the cache itself damaged") {
        for (const auto& entry : std::filesystem::directory_iterator(known.state() / "cache")) {
            std::string text = read_file(entry.path());
            text.back() = 'x';
            write_file_atomically(entry.path(), text);
        }
    }
    CHECK_FALSE(known.cache().load().has_value());
}

TEST_CASE("files that were changed a moment ago are not relied on") {
    const Known known;
    write_file_atomically(known.migrations() / "1_a.sql", "two");
    known.keep(SystemClock().now());
    CHECK_FALSE(known.cache().load().has_value());
    known.keep(Known::later());
    CHECK(known.cache().load().has_value());
}

TEST_CASE("a project without state of Keel's gets none for looking at it") {
    const Known known;
    std::filesystem::remove_all(known.state());
    known.keep(Known::later());
    CHECK_FALSE(std::filesystem::exists(known.state()));
}

}  // namespace keel
