#include "base/file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/lock_file.hpp"
#include "support/temporary_directory.hpp"

using namespace keel;

namespace {
std::size_t entries(const std::filesystem::path& directory) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(directory), {}));
}
}  // namespace

TEST_CASE("an atomic file that is not finished leaves nothing, and the old content stays") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "state";
    write_file_atomically(path, "old");
    {
        AtomicFile file(path);
        file.write("half");
    }
    CHECK(read_file(path) == "old");
    CHECK(entries(directory.path()) == 1);
}

TEST_CASE("an atomic file is private and can refuse to replace") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "manifest";
    write_file_atomically(path, "one");
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    AtomicFile second(path, 0600, false);
    second.write("two");
    CHECK_THROWS_WITH_AS(second.finish(), doctest::Contains("exists already"), Error);
    CHECK(read_file(path) == "one");
}

TEST_CASE("reading tells a missing file, a directory and a file that is too large apart") {
    const TemporaryDirectory directory;
    const auto kind_of = [](const auto& work) {
        try {
            work();
        } catch (const Error& error) {
            return error.kind();
        }
        return ErrorKind::internal;
    };
    write_file_atomically(directory.path() / "large", std::string(100, 'x'));
    CHECK(kind_of([&] { read_file(directory.path() / "none"); }) == ErrorKind::not_found);
    CHECK(kind_of([&] { read_file(directory.path()); }) == ErrorKind::io);
    CHECK(kind_of([&] { read_file(directory.path() / "large", 99); }) == ErrorKind::invalid_input);
    CHECK(read_file(directory.path() / "large", 100).size() == 100);
}

TEST_CASE("directories are made with all their parents, and a file in the way is named") {
    const TemporaryDirectory directory;
    create_directories_durably(directory.path() / "a/b/c");
    CHECK(std::filesystem::is_directory(directory.path() / "a/b/c"));
    create_directories_durably(directory.path() / "a/b/c");
    write_file_atomically(directory.path() / "file", "x");
    CHECK_THROWS_WITH_AS(create_directories_durably(directory.path() / "file"),
                         doctest::Contains("not a directory"), Error);
    remove_durably(directory.path() / "a");
    CHECK_FALSE(std::filesystem::exists(directory.path() / "a"));
    remove_durably(directory.path() / "a");
}

TEST_CASE("a lock file lets one holder in, names it, and is free again afterwards") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "lock";
    {
        const auto held = LockFile::try_acquire(path, "keel migrate up, pid 77");
        REQUIRE(held.has_value());
        CHECK_FALSE(LockFile::try_acquire(path, "another").has_value());
        CHECK(LockFile::read_holder(path) == "keel migrate up, pid 77");
    }
    CHECK(LockFile::try_acquire(path, "another").has_value());
}
