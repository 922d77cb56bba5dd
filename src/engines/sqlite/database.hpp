#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "engines/sqlite/authorizer.hpp"
#include "engines/sqlite/handles.hpp"
#include "engines/sqlite/log_reserve.hpp"
#include "engines/sqlite/notices.hpp"

namespace keel::sqlite {

struct OpenOptions {
    std::filesystem::path path;
    bool in_memory = false;
    bool read_only = true;
    bool recover = true;  ///< read-only: may roll back what a killed writer left, as any reader may
    bool immutable = false;  ///< nobody writes: no locks, no side files
    bool foreign_keys = true;
    std::string vfs;         ///< empty: SQLite's default
    std::string cache_size;  ///< empty: SQLite's default
    std::chrono::milliseconds lock_timeout{3'000};
    std::chrono::milliseconds statement_timeout{0};
    std::stop_token stop = {};  ///< ends the wait for a lock while opening
};

/// One open SQLite database, opened the durable way, with what steers it: waiting for locks,
/// deadlines, cancel, notices, errors. Not thread-safe but for `cancel`. Closing one that may write
/// brings the write-ahead log back into the file, when nobody else has it open.
///
/// SQLite up to 3.51.2 can damage a file when two connections checkpoint and write at the same
/// instant. So no checkpoint is ever made while others may be connected: automatic ones are off,
/// and the one at closing is SQLite's own, which it makes under an exclusive lock on the file or
/// not at all.
class Database {
  public:
    /// Opens the file; never creates it. Throws not_found, invalid_input (no database), io, locked.
    explicit Database(const OpenOptions& options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    sqlite3* raw() const noexcept { return handle_.get(); }
    bool is_read_only() const noexcept { return read_only_; }
    bool in_transaction() const noexcept;
    std::chrono::milliseconds lock_timeout() const noexcept { return lock_timeout_; }

    /// Surrounds everything that runs statements: `cancel` reaches what is inside one, and notices
    /// are passed on.
    class Call {
      public:
        explicit Call(Database& database);
        ~Call();
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

      private:
        Database& database_;
        NoticeScope notices_;
    };

    /// Prepares one statement; empty when `sql` holds none. Throws, also when there is a second
    /// one.
    StatementHandle prepare(std::string_view sql, bool for_reuse = false);
    /// True when there is a row, false at the end. Inside a Call only.
    bool step(sqlite3_stmt* statement, std::string_view sql);
    /// Throws what `code`, returned by a call on this database, means.
    [[noreturn]] void fail(int code, std::string_view sql);

    // Whole statements of ours, without parameters.
    void run(std::string_view sql);
    std::int64_t integer(std::string_view sql);  ///< 0 when there is no row
    std::string text(std::string_view sql);      ///< empty when there is no row

    void cancel() noexcept;
    void set_notice_handler(NoticeHandler handler) { notices_.handler = std::move(handler); }
    /// How long statements wait for locks from now on. Also reachable as SQL, for whoever has a
    /// Connection only: select keel_lock_timeout($1), milliseconds, which gives the value before.
    void set_lock_timeout(std::chrono::milliseconds timeout) noexcept;
    /// Before a commit: see LogReserve.
    void make_log_room() noexcept { log_reserve_.make_room(raw()); }
    /// From now on as if it had been opened read-only, until called with false.
    void restrict_to_reading(bool restricted) noexcept;

  private:
    void open(const OpenOptions& options);
    void configure(const OpenOptions& options) noexcept;
    void read_first_page(const OpenOptions& options);
    bool has_run_out() const noexcept;
    static int on_busy(void* self, int attempt) noexcept;
    static int on_progress(void* self) noexcept;

    using Instant = std::chrono::steady_clock::time_point;

    DatabaseHandle handle_;
    LogReserve log_reserve_;
    NoticeTarget notices_;
    Refusal refusal_;
    bool read_only_ = false;
    bool restricted_ = false;  ///< read-only, or for now as if it were
    std::chrono::milliseconds lock_timeout_;
    std::chrono::milliseconds statement_timeout_;
    Instant statement_deadline_{};
    Instant lock_deadline_{};
    std::stop_token opening_;  ///< until it is open
    std::atomic<int> calls_{0};
    std::atomic<bool> cancelled_{false};
};

}  // namespace keel::sqlite
