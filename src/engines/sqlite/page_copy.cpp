#include "engines/sqlite/page_copy.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <thread>

#include "base/error.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/database.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/errors.hpp"
#include "engines/sqlite/private_files.hpp"

namespace keel::sqlite {
namespace {

constexpr int pages_at_once = 4096;
constexpr auto nap = std::chrono::milliseconds(10);

bool must_wait(int code) noexcept {
    const int primary = code & 0xff;
    return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

void report(sqlite3_backup* backup, std::string_view phase, const Context& context) {
    const int total = sqlite3_backup_pagecount(backup);
    const int left = sqlite3_backup_remaining(backup);
    context.progress.on({.phase = phase,
                         .item = {},
                         .done = static_cast<std::uint64_t>(total - left),
                         .total = static_cast<std::uint64_t>(total)});
}

void execute(sqlite3* database, const std::string& sql) {
    const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw make_error(database, code, sql);
}

}  // namespace

void copy_pages(sqlite3* from, sqlite3* to, const PageCopyOptions& options,
                const Context& context) {
    BackupHandle backup(sqlite3_backup_init(to, "main", from, "main"));
    if (!backup) throw make_error(to, sqlite3_extended_errcode(to), {});
    const Stopwatch waited;
    int code = SQLITE_OK;
    while (code != SQLITE_DONE) {
        context.check_cancelled(options.phase);
        code = sqlite3_backup_step(backup.get(), pages_at_once);
        if (code == SQLITE_OK) report(backup.get(), options.phase, context);
        if (code == SQLITE_OK || code == SQLITE_DONE) continue;
        if (!must_wait(code) || waited.elapsed() >= options.lock_timeout) break;
        std::this_thread::sleep_for(nap);
    }
    // Finishing ends the transaction, so it has the last word about success.
    const int finished = sqlite3_backup_finish(backup.release());
    if (code != SQLITE_DONE) throw make_error(to, code, {});
    if (finished != SQLITE_OK) throw make_error(to, finished, {});
}

DatabaseHandle open_scratch(const std::filesystem::path& path) {
    create_private_file(path).close(path.native());
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(
        path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    DatabaseHandle database(opened);
    if (code != SQLITE_OK) throw make_error(opened, code, {});
    execute(opened, "pragma journal_mode = off; pragma synchronous = off");
    return database;
}

void copy_resized(const std::filesystem::path& from, const std::filesystem::path& to,
                  std::int64_t page_size) {
    // VACUUM INTO, unlike VACUUM, keeps the row ids of every table, and it can give another page
    // size to what is in WAL mode. It insists on making the file itself.
    OpenOptions options;
    options.path = from;
    options.read_only = false;
    const Database source(options);
    execute(source.raw(), fmt::format("pragma page_size = {}", page_size));
    execute(source.raw(), fmt::format("vacuum into {}", SqliteDialect().literal(to.native())));
    std::filesystem::permissions(
        to, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    sync_file(to);
}

}  // namespace keel::sqlite
