#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "engines/sqlite/engine.hpp"
#include "fixture.hpp"
#include "sqlite_samples.hpp"
#include "support/temporary_directory.hpp"

namespace keel::conformance {
namespace {

namespace fs = std::filesystem;

class SqliteFixture final : public EngineFixture {
  public:
    SqliteFixture() : engine_(sqlite::make_engine()), samples_(sqlite_samples(directory_.path())) {}

    const Engine& engine() const override { return *engine_; }
    const Samples& samples() const override { return samples_; }

    DatabaseUrl new_address() override {
        return DatabaseUrl::parse(fmt::format("sqlite:db {}.sqlite3", ++databases_),
                                  directory_.path());
    }

    std::string observe(const DatabaseUrl&) override {
        std::vector<std::string> files;
        for (const auto& entry : fs::recursive_directory_iterator(directory_.path())) {
            const auto name = entry.path().native();
            // A reader makes these two as well: without them nobody can read a database in WAL
            // mode.
            if (name.ends_with("-wal") || name.ends_with("-shm")) continue;
            const bool is_file = entry.is_regular_file();
            files.push_back(
                fmt::format("{} {}", name, is_file ? digest_hex(read_file(name)) : "other"));
        }
        std::ranges::sort(files);
        return fmt::format("{}", fmt::join(files, "\n"));
    }

    bool sever(const DatabaseUrl& url, Connection&) override {
        const auto copy = url.path().native() + ".copy";
        fs::copy_file(url.path(), copy);
        fs::rename(copy, url.path());
        return true;
    }

    void leave_behind(const DatabaseUrl& target) override {
        const auto staged =
            target.path().parent_path() /
            fmt::format(".{}.keel-20260102t030405-killed", target.path().filename().native());
        write_file_atomically(staged, "half a database");
        write_file_atomically(staged.native() + "-wal", "half a log");
        write_file_atomically(staged.native() + ".lock", "pid 1");
    }

  private:
    TemporaryDirectory directory_;
    std::unique_ptr<Engine> engine_;
    Samples samples_;
    int databases_ = 0;
};

}  // namespace

std::unique_ptr<EngineFixture> make_sqlite_fixture() {
    return std::make_unique<SqliteFixture>();
}

}  // namespace keel::conformance
