#include "engines/sqlite/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "base/text.hpp"
#include "engines/sqlite/copy.hpp"
#include "engines/sqlite/parameters.hpp"
#include "engines/sqlite/row.hpp"

namespace keel::sqlite {

/// A statement for one run: from the cache or new, given back to the cache at the end.
class SqliteConnection::Prepared {
  public:
    Prepared(SqliteConnection& owner, std::string_view sql)
        : owner_(owner), sql_(sql), statement_(owner.cache_.take(sql)) {
        if (!statement_) statement_ = owner.database_.prepare(sql, true);
    }
    ~Prepared() {
        if (!statement_) return;
        sqlite3_reset(statement_.get());
        sqlite3_clear_bindings(statement_.get());
        owner_.cache_.keep(sql_, std::move(statement_));
    }
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;

    sqlite3_stmt* get() const noexcept { return statement_.get(); }

  private:
    SqliteConnection& owner_;
    std::string_view sql_;
    StatementHandle statement_;
};

std::uint64_t SqliteConnection::execute(std::string_view sql, std::span<const Value> params) {
    const Database::Call call(database_);
    const Prepared statement(*this, sql);
    if (!statement.get()) return 0;
    bind_parameters(database_, statement.get(), params);
    const auto before = sqlite3_total_changes64(database_.raw());
    while (database_.step(statement.get(), sql)) continue;
    after_pragma(sql);
    // What SQLite counts as changed stays from the statement before when this one changes nothing.
    if (sqlite3_total_changes64(database_.raw()) == before) return 0;
    return static_cast<std::uint64_t>(sqlite3_changes64(database_.raw()));
}

void SqliteConnection::query(std::string_view sql, std::span<const Value> params,
                             const std::function<void(const Row&)>& each) {
    const Database::Call call(database_);
    const Prepared statement(*this, sql);
    if (!statement.get()) return;
    bind_parameters(database_, statement.get(), params);
    StatementRow row(statement.get());
    while (database_.step(statement.get(), sql)) {
        row.moved();
        each(row);
    }
    after_pragma(sql);
}

void SqliteConnection::run_script(std::span<const Statement> statements) {
    const Database::Call call(database_);
    for (const auto& statement : statements) {
        try {
            run_statement(statement);
        } catch (Error& error) {
            SourcePosition where;
            where.line = statement.line;
            where.statement = statement.number;
            error.set_where(where);
            throw;
        }
    }
}

void SqliteConnection::run_statement(const Statement& statement) {
    if (statement.is_copy_in) {
        throw Error(ErrorKind::unsupported,
                    fmt::format("line {}: SQLite has no COPY … FROM stdin", statement.line))
            .with_hint("write the rows as insert statements");
    }
    const auto prepared = database_.prepare(statement.text);
    while (prepared && database_.step(prepared.get(), statement.text)) continue;
    after_pragma(statement.text);
}

/// PRAGMA busy_timeout = n is meant for the waiting that we do ourselves.
void SqliteConnection::after_pragma(std::string_view sql) {
    if (!starts_with_ignore_case(sql, "pragma") ||
        to_lower(sql).find("busy_timeout") == std::string::npos) {
        return;
    }
    const auto milliseconds = database_.integer("pragma busy_timeout");
    if (milliseconds > 0) database_.set_lock_timeout(std::chrono::milliseconds(milliseconds));
}

std::unique_ptr<RowSource> SqliteConnection::copy_out(const CopySpec& spec) {
    return make_row_source(database_, spec);
}

std::unique_ptr<RowSink> SqliteConnection::copy_in(const CopySpec& spec) {
    return make_row_sink(database_, spec);
}

void SqliteConnection::on_notice(std::function<void(Level, std::string_view)> handler) {
    database_.set_notice_handler(std::move(handler));
}

void SqliteConnection::ping() {
    int moved = 0;
    sqlite3_file_control(database_.raw(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    is_moved_ = moved != 0;
    if (is_moved_) {
        throw Error(ErrorKind::unreachable, "the database file was moved or replaced")
            .with_hint("connect again");
    }
    database_.run("select 1");
}

void SqliteConnection::begin(const TransactionOptions& options) {
    const bool read_only = options.read_only || database_.is_read_only();
    if (!read_only) {
        // Asking for the write lock at once cannot deadlock; asking for it half way can.
        database_.run("begin immediate");
        return;
    }
    database_.run("begin");
    reading_only_ = true;
    cache_.clear();
    database_.restrict_to_reading(true);
    try {
        database_.run("select 1 from sqlite_schema limit 1");  // the snapshot is taken by reading
    } catch (...) {
        rollback();
        throw;
    }
}

void SqliteConnection::commit() {
    database_.make_log_room();
    database_.run("commit");
    end_reading();
}

void SqliteConnection::rollback() {
    // Some failures (a full disk) roll back by themselves, and a second rollback would be an error.
    if (in_transaction()) database_.run("rollback");
    end_reading();
}

void SqliteConnection::end_reading() noexcept {
    if (!std::exchange(reading_only_, false)) return;
    database_.restrict_to_reading(false);
}

}  // namespace keel::sqlite
