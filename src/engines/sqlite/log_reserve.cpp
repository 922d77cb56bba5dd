#include "engines/sqlite/log_reserve.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace keel::sqlite {
namespace {

// File format: https://www.sqlite.org/fileformat.html#the_write_ahead_log
constexpr std::int64_t log_header = 32;
constexpr std::int64_t frame_header = 24;

constexpr std::int64_t first_commits = 32;  ///< few commits do not earn the zeros back
constexpr std::int64_t least_room = 128 << 10;
constexpr std::int64_t more_room = 4 << 20;

std::int64_t page_size_of(sqlite3* database) noexcept {
    sqlite3_stmt* statement = nullptr;
    std::int64_t size = 0;
    if (sqlite3_prepare_v2(database, "pragma page_size", -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        size = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return size;
}

}  // namespace

void LogReserve::watch(sqlite3* database) noexcept {
    sqlite3_wal_hook(database, on_commit, this);
}

int LogReserve::on_commit(void* self, sqlite3*, const char*, int frames) noexcept {
    auto& reserve = *static_cast<LogReserve*>(self);
    reserve.frames_ = frames;
    ++reserve.commits_;
    return SQLITE_OK;
}

void LogReserve::make_room(sqlite3* database) noexcept {
    if (commits_ < first_commits || sqlite3_txn_state(database, "main") != SQLITE_TXN_WRITE) return;
    if (page_size_ == 0) page_size_ = static_cast<int>(page_size_of(database));
    sqlite3_file* log = nullptr;
    if (page_size_ == 0 ||
        sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK ||
        log == nullptr || log->pMethods == nullptr)
        return;
    sqlite3_int64 size = 0;
    if (log->pMethods->xFileSize(log, &size) != SQLITE_OK) return;
    const std::int64_t used = log_header + frames_ * (frame_header + page_size_);
    // A log that was begun anew under an old end has room enough.
    if (size < used || size - used > least_room) return;
    static constexpr std::array<char, 64 << 10> zeros{};
    for (const sqlite3_int64 end = size + more_room; size < end;
         size += static_cast<sqlite3_int64>(zeros.size()))
        if (log->pMethods->xWrite(log, zeros.data(), static_cast<int>(zeros.size()), size) !=
            SQLITE_OK)
            return;
}

}  // namespace keel::sqlite
