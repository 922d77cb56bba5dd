#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/context.hpp"
#include "base/error.hpp"
#include "model/statement.hpp"
#include "model/value.hpp"

namespace keel {

/// One row of a result. A view: valid during the callback only.
class Row {
  public:
    virtual ~Row() = default;
    virtual std::size_t size() const noexcept = 0;
    virtual std::string_view name(std::size_t column) const = 0;
    virtual bool is_null(std::size_t column) const = 0;
    /// The value as text: PostgreSQL's output format, SQLite's conversion. Empty for null.
    virtual std::string_view text(std::size_t column) const = 0;
    virtual Value value(std::size_t column) const = 0;

    /// Conversions of `text`; throw ErrorKind::invalid_input naming the column when it is not one.
    /// Null is 0 / false.
    std::int64_t integer(std::size_t column) const;
    double number(std::size_t column) const;
    bool boolean(std::size_t column) const;  ///< t/f, true/false, 0/1
    std::string string(std::size_t column) const { return std::string(text(column)); }
};

enum class CopyFormat { text, binary };

/// Rows of a table, or of a query, in COPY's form. The text format is PostgreSQL's on both engines.
/// The binary format is PostgreSQL's tuple framing (int16 field count, then int32 length and bytes
/// a field, -1 for null); on SQLite each field begins with one byte for its storage class ('i',
/// 'r', 't', 'b').
struct CopySpec {
    std::string schema;
    std::string table;
    std::vector<std::string> columns;  ///< empty: all that can be written (no generated ones)
    std::string query;                 ///< copy_out only: instead of the table
    CopyFormat format = CopyFormat::text;
    bool freeze = false;  ///< PostgreSQL copy_in into a table created in this transaction
};

/// Rows coming out. `next` gives exactly one row (text: with its line end; binary: one tuple, never
/// the file header or trailer), valid until the next call; empty at the end, after the engine has
/// confirmed that all went well.
class RowSource {
  public:
    virtual ~RowSource() = default;
    virtual std::span<const std::byte> next() = 0;
};

/// Rows going in, in the form that RowSource gives. Destroying it without `finish` abandons the
/// rows (the transaction is then failed on PostgreSQL).
class RowSink {
  public:
    virtual ~RowSink() = default;
    virtual void put(std::span<const std::byte> row) = 0;
    /// Number of rows written. Throws what the engine found wrong, with the row's number in the
    /// trail.
    virtual std::uint64_t finish() = 0;
};

enum class Isolation { read_committed, repeatable_read, serializable };

struct TransactionOptions {
    bool read_only = false;
    Isolation isolation = Isolation::read_committed;  ///< PostgreSQL; SQLite is always serializable
    std::string snapshot;  ///< PostgreSQL: an exported snapshot to see (needs repeatable_read)
};

/// One wire to one database. Not thread-safe but for `cancel`. Parameters are $1, $2 … on both
/// engines. Every failure throws Error with SqlDetail. A connection on which a network error
/// happened is broken: `is_usable` says so.
class Connection {
  public:
    virtual ~Connection() = default;

    /// One statement; returns the rows it changed.
    virtual std::uint64_t execute(std::string_view sql, std::span<const Value> params = {}) = 0;
    /// One statement; rows are streamed, never buffered whole. An exception from `each` cancels and
    /// comes through.
    virtual void query(std::string_view sql, std::span<const Value> params,
                       const std::function<void(const Row&)>& each) = 0;
    /// Statements in order, sent in one go where the engine can (PostgreSQL's pipeline), COPY data
    /// included. Stops at the first failure, whose Error has `where().statement` and `.line` of the
    /// statement. Opens no transaction: the caller decides what is atomic.
    virtual void run_script(std::span<const Statement> statements) = 0;
    virtual std::unique_ptr<RowSource> copy_out(const CopySpec& spec) = 0;
    virtual std::unique_ptr<RowSink> copy_in(const CopySpec& spec) = 0;

    /// Receives server notices (PostgreSQL) and SQLite's log messages of this connection.
    virtual void on_notice(std::function<void(Level, std::string_view)> handler) = 0;
    /// Stops the running statement within 100 ms, which then throws ErrorKind::cancelled. The only
    /// member that another thread may call; does nothing when no statement runs.
    virtual void cancel() noexcept = 0;

    virtual void begin(const TransactionOptions& options) = 0;
    /// Throws ErrorKind::in_doubt when COMMIT was sent and no reply came.
    virtual void commit() = 0;
    virtual void rollback() = 0;
    virtual bool in_transaction() const noexcept = 0;
    virtual bool is_usable() const noexcept = 0;

    /// Round trip; throws when the connection is dead.
    virtual void ping() = 0;
    /// The engine's own handle (PGconn*, sqlite3*) for what Keel does not wrap; whoever uses it
    /// must leave the connection as it was found.
    virtual void* raw() noexcept = 0;

    // Shorthands over `query`.
    std::optional<std::string> query_text(std::string_view sql, std::span<const Value> params = {});
    std::int64_t query_integer(std::string_view sql, std::span<const Value> params = {});
    std::vector<std::vector<std::string>> query_rows(std::string_view sql,
                                                     std::span<const Value> params = {});
};

/// While it lives, a stop request cancels what `connection` is running.
class CancelOnStop {
  public:
    CancelOnStop(std::stop_token stop, Connection& connection)
        : callback_(std::move(stop), Cancel{&connection}) {}

  private:
    struct Cancel {
        Connection* connection;
        void operator()() const noexcept { connection->cancel(); }
    };
    std::stop_callback<Cancel> callback_;
};

}  // namespace keel
