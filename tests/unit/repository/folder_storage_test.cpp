#include "repository/folder_storage.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "base/error.hpp"
#include "repository/folder_object.hpp"
#include "support/temporary_directory.hpp"
#include "world.hpp"

using namespace keel;
namespace fs = std::filesystem;

namespace {

struct Folder {
    TemporaryDirectory directory;
    fs::path root = directory.path() / "backups";
    FixedClock clock;
    Context context{.stop = {}, .progress = no_progress(), .logger = no_logger(), .clock = clock};

    std::unique_ptr<FolderStorage> storage() const {
        return FolderStorage::open(root, FolderStorage::Missing::create);
    }
    Repository repository() const {
        return Repository::open_or_create(storage(), {.clock = clock, .holder = "test"}, context);
    }
    static void put(Storage& storage, std::string_view key, std::string_view text) {
        const auto sink = storage.create(key);
        sink->write(as_bytes(text));
        sink->finish();
    }
    std::string make_backup(std::size_t bytes = 100) const {
        Repository repository = this->repository();
        const auto draft = repository.begin({}, context);
        const auto sink = draft->open("database");
        std::uint64_t state = 1;
        for (std::size_t i = 0; i < bytes; i += sizeof state) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            sink->write(std::as_bytes(std::span(&state, 1)));
        }
        sink->finish();
        return draft->commit(World::manifest(), context).manifest.id;
    }
};

ErrorKind kind_of(const auto& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::internal;
}

mode_t mode_of(const fs::path& path) {
    struct stat status{};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & 0777;
}

/// While it lives, no file may grow beyond `bytes`: writing fails as on a full disk.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        previous_handler_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &previous_);
        const rlimit limit{bytes, previous_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &previous_);
        std::signal(SIGXFSZ, previous_handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit previous_{};
    void (*previous_handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("an object appears whole, once, and stays as it is") {
    const Folder folder;
    const auto storage = folder.storage();
    const auto first = storage->create("a/b/c");
    first->write(as_bytes("one"));
    CHECK_FALSE(storage->exists("a/b/c"));
    CHECK(storage->list("a/b").empty());
    const auto second = storage->create("a/b/c");
    second->write(as_bytes("two"));
    first->finish();
    CHECK(kind_of([&] { second->finish(); }) == ErrorKind::already_exists);
    CHECK(storage->read("a/b/c", 10) == "one");
    CHECK(kind_of([&] { storage->read("a/b/c", 2); }) == ErrorKind::integrity);
    CHECK(kind_of([&] { storage->read("a/b/d", 10); }) == ErrorKind::not_found);
    CHECK(kind_of([&] { storage->read("a/x/d", 10); }) == ErrorKind::not_found);
    storage->replace("a/b/c", "three");
    CHECK(storage->read("a/b/c", 10) == "three");
    storage->remove("a");
    storage->remove("a");
    CHECK(storage->list("").empty());
}

TEST_CASE("where files need a name from the start, they are published just the same") {
    const Folder folder;
    const auto storage = folder.storage();
    const auto open_folder = [&] {
        return FileDescriptor(::open(folder.root.c_str(), O_RDONLY | O_DIRECTORY));
    };
    const auto object = [&] {
        return std::make_unique<FolderObject>(open_folder(), "x", folder.root / "x",
                                              FolderObject::Name::temporary);
    };
    auto first = object();
    first->write(as_bytes("one"));
    CHECK(storage->list("").size() == 1);
    first->finish();
    CHECK(storage->list("") == std::vector<std::string>{"x"});
    CHECK(kind_of([&] { object()->finish(); }) == ErrorKind::already_exists);
    object()->write(as_bytes("abandoned"));
    CHECK(storage->list("") == std::vector<std::string>{"x"});
    CHECK(storage->read("x", 10) == "one");
}

TEST_CASE("nothing in a repository is readable by anybody else, whatever the umask") {
    const Folder folder;
    const mode_t previous = ::umask(0);
    folder.make_backup();
    ::umask(previous);
    CHECK(mode_of(folder.root) == 0700);
    for (const auto& entry : fs::recursive_directory_iterator(folder.root)) {
        CAPTURE(entry.path());
        CHECK(mode_of(entry.path()) == (entry.is_directory() ? 0700 : 0600));
    }
}

TEST_CASE("a backup leaves no working files") {
    const Folder folder;
    const std::string id = folder.make_backup();
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder.root)) {
        if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder.root));
    }
    std::ranges::sort(files);
    CHECK(files == std::vector<std::string>{"backups/" + id + "/index",
                                            "backups/" + id + "/manifest.json",
                                            "checks/" + id + ".1.json", "format", "format.copy",
                                            "head.json", "lock", "packs/" + id + "/00001"});
}

TEST_CASE("links, pipes and folders in the place of files are never followed") {
    const Folder folder;
    const std::string id = folder.make_backup();
    const fs::path stream = folder.root / "packs" / id / "00001";
    const fs::path elsewhere = folder.directory.path() / "elsewhere";
    fs::rename(stream, elsewhere);
    const auto problems = [&] {
        Repository repository = folder.repository();
        return repository.verify(*repository.list().find(id), folder.context).problems;
    };
    SUBCASE("link to the very file") {
        fs::create_symlink(elsewhere, stream);
    }
    SUBCASE("pipe") {
        REQUIRE(::mkfifo(stream.c_str(), 0600) == 0);
    }
    SUBCASE("folder") {
        fs::create_directory(stream);
    }
    REQUIRE(problems().size() == 1);
    CHECK(problems()[0].find("00001") != std::string::npos);
}

TEST_CASE("a folder that became a link is not entered, and what it points to is not removed") {
    const Folder folder;
    const std::string id = folder.make_backup();
    const fs::path elsewhere = folder.directory.path() / "elsewhere";
    fs::create_directory(elsewhere);
    std::ofstream(elsewhere / "precious") << "x";
    Folder::put(*folder.storage(), "dead/one", "x");
    fs::create_symlink(elsewhere, folder.root / "dead" / "link");
    folder.storage()->remove("dead");
    CHECK(fs::exists(elsewhere / "precious"));
    CHECK_FALSE(fs::exists(folder.root / "dead"));

    fs::rename(folder.root / "backups" / id, elsewhere / "moved");
    fs::create_symlink(elsewhere / "moved", folder.root / "backups" / id);
    CHECK(kind_of([&] { folder.storage()->read("backups/" + id + "/manifest.json", 1u << 20); }) ==
          ErrorKind::integrity);
}

TEST_CASE("a repository that others may write to is refused") {
    const Folder folder;
    folder.make_backup();
    for (const auto mode : {fs::perms::group_write, fs::perms::others_write}) {
        fs::permissions(folder.root, fs::perms::owner_all | mode);
        CHECK(kind_of([&] { folder.storage(); }) == ErrorKind::refused);
    }
}

TEST_CASE("a repository of another user is refused") {
    const Folder folder;
    folder.make_backup();
    if (::chown(folder.root.c_str(), 12345, 12345) != 0) return;  // only root can try this
    CHECK(kind_of([&] { folder.storage(); }) == ErrorKind::refused);
}

TEST_CASE("a disk that is full in the middle leaves the old backups and no debris" *
          doctest::test_suite("long")) {
    const Folder folder;
    const std::string id = folder.make_backup();
    const auto names = [&] { return folder.storage()->list("backups"); };
    for (const rlim_t limit : {rlim_t{0}, rlim_t{100'000}, rlim_t{3u << 20}}) {
        CAPTURE(limit);
        const FileSizeLimit full(limit);
        CHECK(kind_of([&] { folder.make_backup(8u << 20); }) == ErrorKind::io);
    }
    CHECK(names() == std::vector<std::string>{id});
    CHECK(folder.storage()->list("tmp").empty());
    folder.make_backup(8u << 20);
    CHECK(names().size() == 2);
    CHECK(folder.repository().list().problems.empty());
}

TEST_CASE("where there is no repository, reading says so and makes nothing") {
    const Folder folder;
    CHECK(kind_of([&] { FolderStorage::open(folder.root, FolderStorage::Missing::refuse); }) ==
          ErrorKind::not_found);
    fs::create_directory(folder.root);
    fs::permissions(folder.root, fs::perms::owner_all);
    CHECK(kind_of([&] {
              Repository::open(FolderStorage::open(folder.root, FolderStorage::Missing::refuse),
                               {.clock = folder.clock, .holder = "test"});
          }) == ErrorKind::not_found);
    CHECK(fs::is_empty(folder.root));
}
