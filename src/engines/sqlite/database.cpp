#include "engines/sqlite/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/sqlite/authorizer.hpp"
#include "engines/sqlite/errors.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

constexpr auto longest_nap = std::chrono::milliseconds(10);
constexpr std::size_t longest_statement = 1'000'000'000;

/// A second statement behind the first is an error: what it would do was not asked for.
void check_tail(std::string_view sql, std::size_t end) {
    Tokenizer tokenizer(sql.substr(end));
    for (auto token = tokenizer.next(); token; token = tokenizer.next()) {
        if (token->kind == TokenKind::semicolon) continue;
        SqlDetail detail;
        detail.state = "SQLITE_ERROR";
        detail.statement = std::string(sql);
        detail.offset = end + token->offset;
        throw Error(ErrorKind::sql, "one statement at a time: a second one follows")
            .with_hint("run several statements as a script")
            .with_sql(std::move(detail));
    }
}

/// SQLite says of some pragmas that they may write, even when they only tell. Which of them are
/// allowed is the authorizer's to decide.
bool is_pragma(std::string_view sql) {
    const auto first = Tokenizer(sql).next();
    return first && first->is("pragma");
}

}  // namespace

Database::Database(const OpenOptions& options)
    : read_only_(options.read_only),
      lock_timeout_(options.lock_timeout),
      statement_timeout_(options.statement_timeout),
      opening_(options.stop) {
    open(options);
    configure(options);
    const Call call(*this);
    read_first_page(options);
    if (read_only_) allow_reading_only(raw(), refusal_);
    restricted_ = read_only_;
    opening_ = {};
}

Database::~Database() {
    if (!handle_ || read_only_) return;
    // From here on SQLite may checkpoint, which it does only when it gets the file for itself.
    sqlite3_db_config(raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

bool Database::in_transaction() const noexcept {
    return sqlite3_get_autocommit(raw()) == 0;
}

Database::Call::Call(Database& database) : database_(database), notices_(database.notices_) {
    if (database_.calls_.fetch_add(1) > 0) return;
    database_.cancelled_ = false;
    database_.refusal_ = {};
    if (database_.statement_timeout_.count() > 0) {
        database_.statement_deadline_ =
            std::chrono::steady_clock::now() + database_.statement_timeout_;
    }
}

Database::Call::~Call() {
    database_.calls_.fetch_sub(1);
}

StatementHandle Database::prepare(std::string_view sql, bool for_reuse) {
    if (sql.empty()) return {};
    if (sql.size() > longest_statement) {
        throw Error(
            ErrorKind::invalid_input,
            fmt::format("a statement of {} is too long for SQLite", format_bytes(sql.size())));
    }
    sqlite3_stmt* prepared = nullptr;
    const char* tail = nullptr;
    refusal_ = {};
    const int code =
        sqlite3_prepare_v3(raw(), sql.data(), static_cast<int>(sql.size()),
                           for_reuse ? SQLITE_PREPARE_PERSISTENT : 0, &prepared, &tail);
    StatementHandle statement(prepared);
    if (code != SQLITE_OK) fail(code, sql);
    if (tail) check_tail(sql, static_cast<std::size_t>(tail - sql.data()));
    if (restricted_ && statement && sqlite3_stmt_readonly(prepared) == 0 && !is_pragma(sql)) {
        throw Error(ErrorKind::refused, "the session is read-only: this statement may write")
            .with_hint("nothing was changed");
    }
    return statement;
}

bool Database::step(sqlite3_stmt* statement, std::string_view sql) {
    const int code = sqlite3_step(statement);
    if (notices_.thrown) std::rethrow_exception(std::exchange(notices_.thrown, nullptr));
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail(code, sql);
}

void Database::fail(int code, std::string_view sql) {
    auto error = make_error(raw(), code, sql);
    const int primary = code & 0xff;
    const bool was_stopped = primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY;
    if (was_stopped && cancelled_) {
        error.set_kind(ErrorKind::cancelled);
        error.set_message("the statement was cancelled");
        error.set_hint({});
    } else if (was_stopped && has_run_out()) {
        error.set_kind(ErrorKind::timeout);
        error.set_message(fmt::format("the statement took longer than statement_timeout ({})",
                                      format_duration(statement_timeout_)));
        error.set_hint("raise statement_timeout, or make the statement do less");
    } else if (refusal_.what.front() != '\0') {
        error.set_kind(ErrorKind::refused);
        error.set_hint("nothing was changed");
        error.set_message(fmt::format("the session is read-only: {} is not allowed",
                                      escape_controls(trim(refusal_.what.data()))));
    } else if (primary == SQLITE_BUSY && lock_timeout_.count() > 0) {
        error.set_message(
            fmt::format("{} (waited {})", error.message(), format_duration(lock_timeout_)));
    }
    throw error;
}

void Database::run(std::string_view sql) {
    const Call call(*this);
    const auto statement = prepare(sql);
    while (statement && step(statement.get(), sql)) continue;
}

std::int64_t Database::integer(std::string_view sql) {
    const Call call(*this);
    const auto statement = prepare(sql);
    return step(statement.get(), sql) ? sqlite3_column_int64(statement.get(), 0) : 0;
}

std::string Database::text(std::string_view sql) {
    const Call call(*this);
    const auto statement = prepare(sql);
    if (!step(statement.get(), sql)) return {};
    const auto* text = sqlite3_column_text(statement.get(), 0);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), 0));
    return text ? std::string(reinterpret_cast<const char*>(text), size) : std::string();
}

void Database::cancel() noexcept {
    if (calls_.load() == 0) return;
    // The flag reaches the busy handler, and a statement that begins just now: SQLite forgets an
    // interrupt that comes before its first step.
    cancelled_ = true;
    sqlite3_interrupt(raw());
}

void Database::restrict_to_reading(bool restricted) noexcept {
    if (read_only_) return;
    restricted_ = restricted;
    if (restricted)
        allow_reading_only(raw(), refusal_);
    else
        allow_everything(raw());
}

void Database::set_lock_timeout(std::chrono::milliseconds timeout) noexcept {
    lock_timeout_ = timeout;
    // PRAGMA busy_timeout puts SQLite's own handler in the place of ours, which cancel cannot wake.
    sqlite3_busy_handler(raw(), on_busy, this);
}

bool Database::has_run_out() const noexcept {
    return statement_timeout_.count() > 0 &&
           std::chrono::steady_clock::now() >= statement_deadline_;
}

int Database::on_busy(void* self, int attempt) noexcept {
    auto& database = *static_cast<Database*>(self);
    const auto now = std::chrono::steady_clock::now();
    if (database.opening_.stop_requested()) database.cancelled_ = true;
    if (attempt == 0) database.lock_deadline_ = now + database.lock_timeout_;
    if (database.cancelled_ || database.has_run_out() || now >= database.lock_deadline_) return 0;
    std::this_thread::sleep_for(std::min(longest_nap, std::chrono::milliseconds(1 + attempt)));
    return 1;
}

int Database::on_progress(void* self) noexcept {
    const auto& database = *static_cast<Database*>(self);
    return database.cancelled_ || database.has_run_out() ? 1 : 0;
}

}  // namespace keel::sqlite
