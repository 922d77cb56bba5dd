#include "engines/sqlite/errors.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace keel::sqlite {
namespace {

using Name = std::pair<int, std::string_view>;

constexpr auto names = std::to_array<Name>({
    {SQLITE_ERROR, "SQLITE_ERROR"},
    {SQLITE_ERROR_MISSING_COLLSEQ, "SQLITE_ERROR_MISSING_COLLSEQ"},
    {SQLITE_ERROR_RETRY, "SQLITE_ERROR_RETRY"},
    {SQLITE_INTERNAL, "SQLITE_INTERNAL"},
    {SQLITE_PERM, "SQLITE_PERM"},
    {SQLITE_ABORT, "SQLITE_ABORT"},
    {SQLITE_ABORT_ROLLBACK, "SQLITE_ABORT_ROLLBACK"},
    {SQLITE_BUSY, "SQLITE_BUSY"},
    {SQLITE_BUSY_RECOVERY, "SQLITE_BUSY_RECOVERY"},
    {SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT"},
    {SQLITE_BUSY_TIMEOUT, "SQLITE_BUSY_TIMEOUT"},
    {SQLITE_LOCKED, "SQLITE_LOCKED"},
    {SQLITE_LOCKED_SHAREDCACHE, "SQLITE_LOCKED_SHAREDCACHE"},
    {SQLITE_NOMEM, "SQLITE_NOMEM"},
    {SQLITE_READONLY, "SQLITE_READONLY"},
    {SQLITE_READONLY_RECOVERY, "SQLITE_READONLY_RECOVERY"},
    {SQLITE_READONLY_CANTLOCK, "SQLITE_READONLY_CANTLOCK"},
    {SQLITE_READONLY_ROLLBACK, "SQLITE_READONLY_ROLLBACK"},
    {SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED"},
    {SQLITE_READONLY_CANTINIT, "SQLITE_READONLY_CANTINIT"},
    {SQLITE_READONLY_DIRECTORY, "SQLITE_READONLY_DIRECTORY"},
    {SQLITE_INTERRUPT, "SQLITE_INTERRUPT"},
    {SQLITE_IOERR, "SQLITE_IOERR"},
    {SQLITE_IOERR_READ, "SQLITE_IOERR_READ"},
    {SQLITE_IOERR_SHORT_READ, "SQLITE_IOERR_SHORT_READ"},
    {SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE"},
    {SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC"},
    {SQLITE_IOERR_DIR_FSYNC, "SQLITE_IOERR_DIR_FSYNC"},
    {SQLITE_IOERR_TRUNCATE, "SQLITE_IOERR_TRUNCATE"},
    {SQLITE_IOERR_FSTAT, "SQLITE_IOERR_FSTAT"},
    {SQLITE_IOERR_UNLOCK, "SQLITE_IOERR_UNLOCK"},
    {SQLITE_IOERR_RDLOCK, "SQLITE_IOERR_RDLOCK"},
    {SQLITE_IOERR_DELETE, "SQLITE_IOERR_DELETE"},
    {SQLITE_IOERR_ACCESS, "SQLITE_IOERR_ACCESS"},
    {SQLITE_IOERR_LOCK, "SQLITE_IOERR_LOCK"},
    {SQLITE_IOERR_CLOSE, "SQLITE_IOERR_CLOSE"},
    {SQLITE_IOERR_SHMOPEN, "SQLITE_IOERR_SHMOPEN"},
    {SQLITE_IOERR_SHMSIZE, "SQLITE_IOERR_SHMSIZE"},
    {SQLITE_IOERR_SHMMAP, "SQLITE_IOERR_SHMMAP"},
    {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
    {SQLITE_CORRUPT_VTAB, "SQLITE_CORRUPT_VTAB"},
    {SQLITE_CORRUPT_SEQUENCE, "SQLITE_CORRUPT_SEQUENCE"},
    {SQLITE_CORRUPT_INDEX, "SQLITE_CORRUPT_INDEX"},
    {SQLITE_NOTFOUND, "SQLITE_NOTFOUND"},
    {SQLITE_FULL, "SQLITE_FULL"},
    {SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
    {SQLITE_CANTOPEN_ISDIR, "SQLITE_CANTOPEN_ISDIR"},
    {SQLITE_CANTOPEN_FULLPATH, "SQLITE_CANTOPEN_FULLPATH"},
    {SQLITE_CANTOPEN_SYMLINK, "SQLITE_CANTOPEN_SYMLINK"},
    {SQLITE_PROTOCOL, "SQLITE_PROTOCOL"},
    {SQLITE_SCHEMA, "SQLITE_SCHEMA"},
    {SQLITE_TOOBIG, "SQLITE_TOOBIG"},
    {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
    {SQLITE_CONSTRAINT_CHECK, "SQLITE_CONSTRAINT_CHECK"},
    {SQLITE_CONSTRAINT_COMMITHOOK, "SQLITE_CONSTRAINT_COMMITHOOK"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY"},
    {SQLITE_CONSTRAINT_FUNCTION, "SQLITE_CONSTRAINT_FUNCTION"},
    {SQLITE_CONSTRAINT_NOTNULL, "SQLITE_CONSTRAINT_NOTNULL"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, "SQLITE_CONSTRAINT_PRIMARYKEY"},
    {SQLITE_CONSTRAINT_TRIGGER, "SQLITE_CONSTRAINT_TRIGGER"},
    {SQLITE_CONSTRAINT_UNIQUE, "SQLITE_CONSTRAINT_UNIQUE"},
    {SQLITE_CONSTRAINT_VTAB, "SQLITE_CONSTRAINT_VTAB"},
    {SQLITE_CONSTRAINT_ROWID, "SQLITE_CONSTRAINT_ROWID"},
    {SQLITE_CONSTRAINT_PINNED, "SQLITE_CONSTRAINT_PINNED"},
    {SQLITE_CONSTRAINT_DATATYPE, "SQLITE_CONSTRAINT_DATATYPE"},
    {SQLITE_MISMATCH, "SQLITE_MISMATCH"},
    {SQLITE_MISUSE, "SQLITE_MISUSE"},
    {SQLITE_NOLFS, "SQLITE_NOLFS"},
    {SQLITE_AUTH, "SQLITE_AUTH"},
    {SQLITE_RANGE, "SQLITE_RANGE"},
    {SQLITE_NOTADB, "SQLITE_NOTADB"},
});

ErrorKind kind_of(int code) noexcept {
    if (code == SQLITE_BUSY_SNAPSHOT) return ErrorKind::serialization;
    constexpr auto kinds = std::to_array<std::pair<int, ErrorKind>>({
        {SQLITE_BUSY, ErrorKind::locked},
        {SQLITE_LOCKED, ErrorKind::locked},
        {SQLITE_PROTOCOL, ErrorKind::locked},
        {SQLITE_INTERRUPT, ErrorKind::cancelled},
        {SQLITE_FULL, ErrorKind::io},
        {SQLITE_IOERR, ErrorKind::io},
        {SQLITE_CANTOPEN, ErrorKind::io},
        {SQLITE_PERM, ErrorKind::io},
        {SQLITE_NOMEM, ErrorKind::io},
        {SQLITE_NOLFS, ErrorKind::io},
        {SQLITE_CORRUPT, ErrorKind::integrity},
        {SQLITE_NOTADB, ErrorKind::invalid_input},
        {SQLITE_READONLY, ErrorKind::refused},
        {SQLITE_AUTH, ErrorKind::refused},
        {SQLITE_CONSTRAINT, ErrorKind::constraint},
        {SQLITE_MISUSE, ErrorKind::internal},
        {SQLITE_INTERNAL, ErrorKind::internal},
    });
    for (const auto& [primary, kind] : kinds) {
        if ((code & 0xff) == primary) return kind;
    }
    return ErrorKind::sql;
}

std::string_view hint_of(int code) noexcept {
    constexpr auto hints = std::to_array<std::pair<int, std::string_view>>({
        {SQLITE_BUSY, "another process is using the database: try again, or raise lock_timeout"},
        {SQLITE_LOCKED, "another statement of this process is using the table: try again"},
        {SQLITE_FULL, "free some space, then run the command again"},
        {SQLITE_CORRUPT,
         "check it with: keel db check; restore a backup with: keel backup restore"},
        {SQLITE_NOTADB, "check the path: the file is no SQLite database, or it is encrypted"},
        {SQLITE_READONLY, "the session is read-only: nothing was changed"},
        {SQLITE_AUTH, "the session is read-only: nothing was changed"},
    });
    for (const auto& [primary, hint] : hints) {
        if ((code & 0xff) == primary) return hint;
    }
    return {};
}

/// SQLite says which constraint failed in its message only: "UNIQUE constraint failed: t.a, t.b",
/// "UNIQUE constraint failed: index 'i'", "CHECK constraint failed: name", "… column t.c".
void add_constraint(std::string_view message, int code, SqlDetail& detail) {
    constexpr std::string_view failed = "constraint failed: ";
    const auto at = message.find(failed);
    if (at == std::string_view::npos) return;
    auto what = message.substr(at + failed.size());
    if (what.starts_with("index '") && what.ends_with("'")) {
        what.remove_prefix(7);
        what.remove_suffix(1);
    } else if (code != SQLITE_CONSTRAINT_CHECK) {
        detail.table = std::string(what.substr(0, what.find('.')));
    }
    detail.constraint = std::string(what);
}

/// SQLite also calls a database read-only when it could not open its side files for writing (a full
/// disk): then it is the medium that refuses, not the session.
bool is_refused_by_medium(sqlite3* database, int code) noexcept {
    return (code & 0xff) == SQLITE_READONLY && database &&
           sqlite3_db_readonly(database, "main") == 0;
}

std::string describe(sqlite3* database, int code) {
    std::string message = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    if (is_refused_by_medium(database, code)) return "cannot write beside the database: " + message;
    if ((code & 0xff) == SQLITE_READONLY) message = "the session is read-only: " + message;
    const int system_code = database ? sqlite3_system_errno(database) : 0;
    const int primary = code & 0xff;
    if (system_code != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)) {
        message += fmt::format(" ({})", std::generic_category().message(system_code));
    }
    return message;
}

}  // namespace

std::string code_name(int code) {
    for (const auto& [known, name] : names) {
        if (known == code) return std::string(name);
    }
    for (const auto& [known, name] : names) {
        if (known == (code & 0xff)) return fmt::format("{}_{}", name, code >> 8);
    }
    return fmt::format("SQLITE_{}", code);
}

Error make_error(sqlite3* database, int code, std::string_view sql) {
    const int extended = database && (sqlite3_extended_errcode(database) & 0xff) == (code & 0xff)
                             ? sqlite3_extended_errcode(database)
                             : code;
    SqlDetail detail;
    detail.state = code_name(extended);
    detail.statement = std::string(sql);
    const int offset = database && !sql.empty() ? sqlite3_error_offset(database) : -1;
    if (offset >= 0) detail.offset = static_cast<std::size_t>(offset);
    const auto message = describe(database, extended);
    if (is_refused_by_medium(database, extended)) {
        return Error(ErrorKind::io, message)
            .with_hint("see that there is space, and that its folder may be written to")
            .with_sql(std::move(detail));
    }
    if (kind_of(extended) == ErrorKind::constraint) add_constraint(message, extended, detail);
    return Error(kind_of(extended), message)
        .with_hint(std::string(hint_of(extended)))
        .with_sql(std::move(detail));
}

}  // namespace keel::sqlite
