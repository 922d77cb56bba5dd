#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/ids.hpp"
#include "base/lock_file.hpp"
#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/admin.hpp"
#include "engines/sqlite/database.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/staged_guard.hpp"

namespace keel::sqlite {
namespace {

Error exists_already(const std::filesystem::path& path) {
    return Error(ErrorKind::already_exists,
                 fmt::format("the database '{}' exists already", path.native()))
        .with_hint("use it as it is, or empty it with: keel db reset");
}

/// Nobody knows the file yet, so one sync at its end (the caller's) is enough.
void make_empty_database(const OpenOptions& options, const std::string& journal_mode) {
    Database database(options);
    database.run("pragma synchronous = off");
    database.run(fmt::format("pragma journal_mode = {}", journal_mode));
}

/// Gets the file for ourselves and brings everything into it, so that no side file is left.
void settle(const OpenOptions& options) {
    Database database(options);
    database.run("pragma locking_mode = exclusive");
    database.run("begin exclusive");
    database.run("commit");
    database.run("pragma journal_mode = delete");
    // Still held exclusively here: nobody can come between this and the removal.
    if (::unlink(options.path.c_str()) != 0) throw io_error("remove", options.path.native());
}

void drop_damaged(const std::filesystem::path& path) {
    auto files = side_files(path);
    files.push_back(path);
    const auto holders = find_holders(files);
    if (!holders.processes.empty()) {
        throw Error(ErrorKind::locked,
                    fmt::format("the database is in use by {}", join(holders.processes, ", ")))
            .with_hint("stop it, then run the command again");
    }
    remove_database(path);
}

void remove_lock_file(const std::filesystem::path& database) {
    const auto path = with_suffix(database, ".keel-lock");
    if (!is_there(path)) return;
    // Only whoever holds a lock file may remove it: a waiter would else lock a file without a name.
    if (const auto lock = LockFile::try_acquire(path, "keel db drop")) ::unlink(path.c_str());
}

/// What to drop, in an order in which nothing that is dropped is still needed.
std::vector<std::string> drop_statements(Connection& connection, bool keep_internal) {
    std::vector<std::string> statements;
    connection.query(
        "select type, name from sqlite_schema where type in ('view', 'table') "
        "and name not like 'sqlite\\_%' escape '\\' "
        "and name not in (select name from pragma_table_list where schema = 'main' and type = "
        "'shadow') "
        "order by type = 'table', sql not like 'create virtual%'",
        {}, [&](const Row& row) {
            if (keep_internal && is_internal_table(row.text(1))) return;
            statements.push_back(fmt::format("drop {} {}", row.text(0), quote_name(row.text(1))));
        });
    return statements;
}

/// Foreign keys off while it lives: dropping a table would else delete its rows one by one, and
/// fail where others refer to them.
class ForeignKeysOff {
  public:
    explicit ForeignKeysOff(sqlite3* database) : database_(database) {
        sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_FKEY, -1, &before_);
        sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_FKEY, 0, nullptr);
    }
    ~ForeignKeysOff() {
        sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_FKEY, before_, nullptr);
    }
    ForeignKeysOff(const ForeignKeysOff&) = delete;
    ForeignKeysOff& operator=(const ForeignKeysOff&) = delete;

  private:
    sqlite3* database_;
    int before_ = 0;
};

}  // namespace

void SqliteAdmin::create(const DatabaseUrl& url) const {
    if (url.is_memory()) return;
    const auto path = real_path(url);
    if (is_there(path)) throw exists_already(path);
    create_directories_durably(path.parent_path());
    // A killed run must not leave half a database under the real name, so it gets that name last.
    const PrivateFiles files(path, "new-" + new_uuid().substr(0, 8));
    const StagedGuard guard(files);
    try {
        create_private_file(files.staged()).close(files.staged().native());
        OpenOptions options;
        options.path = files.staged();
        options.read_only = false;
        make_empty_database(options, url.parameter("_journal_mode").value_or("wal"));
        sync_file(files.staged());
        if (::link(files.staged().c_str(), path.c_str()) != 0) {
            if (errno == EEXIST) throw exists_already(path);
            throw io_error("create the database", path.native());
        }
    } catch (...) {
        files.remove_staged();
        throw;
    }
    files.remove_staged();  // which syncs the directory, new name included
}

void SqliteAdmin::drop(const DatabaseUrl& url) const {
    if (url.is_memory()) return;
    const auto path = real_path(url);
    if (!is_there(path)) {
        throw Error(ErrorKind::not_found, fmt::format("there is no database '{}'", path.native()));
    }
    try {
        settle(open_options(url, false));
    } catch (const Error& error) {
        const bool is_damaged =
            error.kind() == ErrorKind::invalid_input || error.kind() == ErrorKind::integrity;
        if (!is_damaged) throw;
        drop_damaged(path);
    }
    remove_database(path);
    sync_directory(path.parent_path());
    remove_lock_file(path);
}

void SqliteAdmin::drop_all(Connection& connection, bool keep_internal) const {
    const ForeignKeysOff foreign_keys_off(static_cast<sqlite3*>(connection.raw()));
    Transaction transaction(connection);
    for (const auto& statement : drop_statements(connection, keep_internal)) {
        connection.execute(statement);
    }
    transaction.commit();
}

}  // namespace keel::sqlite
