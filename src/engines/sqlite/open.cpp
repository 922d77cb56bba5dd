#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.hpp"
#include "engines/sqlite/database.hpp"
#include "engines/sqlite/errors.hpp"

namespace keel::sqlite {
namespace {

constexpr int operations_between_checks = 1000;

void check_file(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            throw Error(ErrorKind::not_found,
                        fmt::format("there is no database '{}'", path.native()))
                .with_hint("create it with: keel db init, or check the path");
        }
        throw io_error("open the database", path.native());
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' is not a file, so it cannot be a database", path.native()));
    }
}

/// The name as SQLite's URI syntax wants it.
std::string uri_of(const std::filesystem::path& path, std::string_view parameters) {
    std::string uri = "file:";
    for (const char c : path.native()) {
        const bool is_special = c == '%' || c == '?' || c == '#';
        uri +=
            is_special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
    }
    return uri + "?" + std::string(parameters);
}

void set_lock_timeout_by_sql(sqlite3_context* context, int, sqlite3_value** values) noexcept {
    auto& database = *static_cast<Database*>(sqlite3_user_data(context));
    sqlite3_result_int64(context, database.lock_timeout().count());
    database.set_lock_timeout(std::chrono::milliseconds(sqlite3_value_int64(values[0])));
}

bool needs_recovery(int code) noexcept {
    return code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY ||
           code == SQLITE_READONLY_CANTINIT;
}

}  // namespace

void Database::open(const OpenOptions& options) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= options.read_only && !options.in_memory ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    std::string name = ":memory:";
    if (!options.in_memory) {
        check_file(options.path);
        name = options.path.native();
        if (options.immutable) {
            name = uri_of(options.path, "immutable=1");
            flags |= SQLITE_OPEN_URI;
        }
    }
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(name.c_str(), &opened, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    handle_.reset(opened);
    if (code != SQLITE_OK) {
        auto error = make_error(opened, code, {});
        error.set_message(fmt::format("cannot open the database '{}': {}", options.path.native(),
                                      error.message()));
        throw error;
    }
    // SQLite opens a file that it may not write for reading, without a word.
    if (!options.read_only && sqlite3_db_readonly(opened, "main") == 1) {
        throw Error(ErrorKind::io,
                    fmt::format("no permission to write the database '{}'", options.path.native()))
            .with_hint("check the owner and the permissions of the file");
    }
}

void Database::configure(const OpenOptions& options) noexcept {
    sqlite3* database = raw();
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_FKEY, options.foreign_keys ? 1 : 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_wal_autocheckpoint(database, 0);
    log_reserve_.watch(database);
    sqlite3_int64 no_mapping = 0;
    sqlite3_file_control(database, "main", SQLITE_FCNTL_MMAP_SIZE, &no_mapping);
    set_lock_timeout(lock_timeout_);
    sqlite3_create_function_v2(database, "keel_lock_timeout", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                               this, set_lock_timeout_by_sql, nullptr, nullptr, nullptr);
    sqlite3_progress_handler(database, operations_between_checks, on_progress, this);
}

/// The first look into the file shows whether it is a database at all.
void Database::read_first_page(const OpenOptions& options) {
    try {
        run("pragma cell_size_check = on");
        if (!options.cache_size.empty()) run("pragma cache_size = " + options.cache_size);
        // EXTRA is FULL, and in the rollback modes also syncs the directory when the journal is
        // removed: without it a commit that was acknowledged can be undone by a power cut.
        if (read_only_)
            run("select 1 from sqlite_schema limit 1");
        else
            run("pragma synchronous = extra");
    } catch (Error& error) {
        const int code = sqlite3_extended_errcode(raw());
        if (read_only_ && options.recover && needs_recovery(code)) {
            OpenOptions writable = options;
            writable.read_only = false;
            const Database recovered(writable);
            return run("select 1 from sqlite_schema limit 1");
        }
        if (options.in_memory) throw;
        if (read_only_ && (code & 0xff) == SQLITE_CANTOPEN) {
            error.set_hint(
                "reading a database in WAL mode needs a folder that may be written; if nobody "
                "writes the database, add ?immutable=1 to its address");
        }
        if (error.kind() == ErrorKind::refused) error.set_kind(ErrorKind::io);
        error.set_message(fmt::format("cannot read the database '{}': {}", options.path.native(),
                                      error.message()));
        throw;
    }
}

}  // namespace keel::sqlite
