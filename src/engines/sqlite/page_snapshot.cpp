#include "engines/sqlite/page_snapshot.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <ctime>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::sqlite {
namespace {

constexpr std::string_view touch = "select 1 from sqlite_schema limit 1";
constexpr int most_attempts = 200;
/// A file that was written so recently may be written again without its time telling.
constexpr std::int64_t settled_after_ns = 2'000'000'000;

std::unique_ptr<Transaction> begin_reading(Connection& connection) {
    auto transaction = std::make_unique<Transaction>(
        connection, TransactionOptions{.read_only = true, .isolation = {}, .snapshot = {}});
    connection.query_text(touch);
    return transaction;
}

std::int64_t nanoseconds(const timespec& time) noexcept {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<PageSnapshot> PageSnapshot::take(Connection& connection) {
    PageSnapshot snapshot;
    snapshot.database_ = static_cast<sqlite3*>(connection.raw());
    const char* name = sqlite3_db_filename(snapshot.database_, "main");
    if (!name || *name == '\0') return std::nullopt;
    const int code = sqlite3_file_control(snapshot.database_, "main", SQLITE_FCNTL_FILE_POINTER,
                                          &snapshot.file_);
    if (code != SQLITE_OK || !snapshot.file_ || !snapshot.file_->pMethods) return std::nullopt;
    if (!snapshot.begin(connection)) return std::nullopt;
    snapshot.page_size_ = static_cast<std::size_t>(connection.query_integer("pragma page_size"));
    snapshot.page_count_ =
        static_cast<std::uint32_t>(connection.query_integer("pragma page_count"));
    if (snapshot.log_state_)
        snapshot.log_.emplace(snapshot.database_, *snapshot.log_state_, snapshot.page_size_);
    return snapshot;
}

bool PageSnapshot::begin(Connection& connection) {
    const bool has_log = connection.query_text("pragma journal_mode") == "wal";
    if (has_log) return begin_with_log(connection);
    if (!connection.in_transaction())
        transaction_ = begin_reading(connection);
    else
        connection.query_text(touch);
    return true;
}

/// The state of the log is read before and after the transaction begins. Equal, it is the one that
/// the transaction has.
bool PageSnapshot::begin_with_log(Connection& connection) {
    if (connection.in_transaction()) return false;
    connection.query_text(touch);  // opens the log
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        const auto before = read_wal_index(database_);
        if (!before && attempt == most_attempts / 2) return false;
        transaction_ = begin_reading(connection);
        const auto after = read_wal_index(database_);
        if (before && after && *before == *after) {
            log_state_ = *before;
            return true;
        }
        transaction_->rollback();
        transaction_.reset();
    }
    return false;
}

void PageSnapshot::read(std::uint32_t first, std::span<std::byte> bytes) const {
    const auto offset =
        static_cast<sqlite3_int64>(first - 1) * static_cast<sqlite3_int64>(page_size_);
    const int code =
        file_->pMethods->xRead(file_, bytes.data(), static_cast<int>(bytes.size()), offset);
    // Pages behind the file's end are in the log.
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
        throw Error(ErrorKind::io,
                    fmt::format("cannot read the database file: {}", sqlite3_errstr(code)));
    if (!log_ || log_->empty()) return;
    for (std::size_t at = 0; at < bytes.size(); at += page_size_) {
        const auto page = first + static_cast<std::uint32_t>(at / page_size_);
        log_->read(page, bytes.subspan(at, page_size_));
    }
}

Json PageSnapshot::stamp() const {
    struct stat status{};
    if (::stat(sqlite3_db_filename(database_, "main"), &status) != 0) return {};
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const std::int64_t changed = nanoseconds(status.st_mtim);
    const std::int64_t age = nanoseconds(now) - changed;
    if (age < settled_after_ns) return {};
    std::vector<std::byte> head(page_size_);
    read(1, head);
    constexpr std::size_t counter_at = 24;
    const bool has_frames = log_state_ && log_state_->frames() > 0;
    return Json::object()
        .set("file", fmt::format("{}:{}", status.st_dev, status.st_ino))
        .set("bytes", static_cast<std::int64_t>(status.st_size))
        .set("changed", changed)
        // Whoever puts another content under the old time cannot set this one.
        .set("touched", nanoseconds(status.st_ctim))
        .set("counter", hex(std::span(head).subspan(counter_at, 4)))
        .set("log", has_frames ? log_state_->hex() : std::string());
}

void PageSnapshot::end() {
    if (transaction_) transaction_->rollback();
    transaction_.reset();
}

}  // namespace keel::sqlite
