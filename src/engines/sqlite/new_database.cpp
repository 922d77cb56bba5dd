#include "db/new_database.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/page_copy.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/row_port.hpp"
#include "engines/sqlite/staged_guard.hpp"

namespace keel::sqlite {
namespace {

/// Pages that wait to be written, and keys that are sorted for an index, in KiB.
constexpr int cache_kib = 64 * 1024;

/// Of a database that is not there yet: as `Admin::create` makes it.
std::string journal_mode_of(const DatabaseUrl& url) {
    return url.parameter("_journal_mode").value_or("wal");
}

class SqliteNewDatabase final : public NewDatabase {
  public:
    explicit SqliteNewDatabase(const StageOptions& options)
        : options_(options),
          files_(real_path(options.target), options.run_id),
          guard_((create_directories_durably(files_.staged().parent_path()),
                  std::make_shared<StagedGuard>(files_))) {
        open_scratch(files_.staged()).reset();
        is_ours_ = true;
    }
    ~SqliteNewDatabase() override {
        if (!is_ours_) return;
        try {
            files_.remove_staged();
        } catch (const std::exception&) {
            // It stays as a leftover, which `keel recover` finds.
            is_ours_ = false;
        }
    }
    SqliteNewDatabase(const SqliteNewDatabase&) = delete;
    SqliteNewDatabase& operator=(const SqliteNewDatabase&) = delete;

    std::size_t writers() const noexcept override { return 1; }

    std::unique_ptr<Connection> connect() override {
        auto connection = open();
        // Nobody knows of the file, and a failure takes it away: it needs no way back.
        connection->query_text("pragma journal_mode = off");
        connection->execute("pragma synchronous = off");
        connection->execute(fmt::format("pragma cache_size = -{}", cache_kib));
        connection->execute("pragma foreign_keys = off");
        return connection;
    }

    /// Without locks: tables that are finished stay where they are in the file, since making others
    /// and indexes only adds pages to it; and the schema is read now, within a transaction.
    std::unique_ptr<Connection> connect_reader() override {
        std::unique_ptr<Connection> connection =
            std::make_unique<SqliteConnection>(private_file(files_.staged()));
        connection->begin({.read_only = true, .isolation = {}, .snapshot = {}});
        connection->query_text("select 1 from sqlite_schema limit 1");
        return connection;
    }

    StagedDatabase keep() override {
        {
            const auto connection = open();
            connection->execute("pragma synchronous = off");
            connection->query_text(
                fmt::format("pragma journal_mode = {}", journal_mode_of(options_.target)));
        }
        sync_file(files_.staged());
        sync_directory(files_.staged().parent_path());
        is_ours_ = false;
        return {options_.target.with_path(files_.staged()), options_.target, options_.run_id,
                std::move(guard_)};
    }

  private:
    std::unique_ptr<Connection> open() const {
        return std::make_unique<SqliteConnection>(
            open_options(options_.target.with_path(files_.staged()), false));
    }

    StageOptions options_;
    PrivateFiles files_;
    std::shared_ptr<StagedGuard> guard_;
    bool is_ours_ = false;
};

}  // namespace

std::unique_ptr<NewDatabase> SqliteRowPort::make_new(const StageOptions& options,
                                                     const Context&) const {
    return std::make_unique<SqliteNewDatabase>(options);
}

}  // namespace keel::sqlite
