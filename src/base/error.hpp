#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keel {

/// What went wrong, as far as behaviour depends on it. `exit_code` is the one table from kind to
/// exit status.
enum class ErrorKind {
    usage,           ///< the command line is wrong
    config,          ///< keel.toml, .env or a URL is wrong
    invalid_input,   ///< a file given to us (a migration, an archive) is wrong
    not_found,       ///< something that was named does not exist
    already_exists,  ///< something that must not exist does
    sql,             ///< the server refused a statement
    constraint,      ///< a statement violated a constraint
    serialization,   ///< serialization failure or deadlock: the transaction may be retried
    locked,          ///< held by somebody else: try again
    timeout,         ///< a deadline passed: try again
    unreachable,     ///< no connection, or it was lost: try again
    in_doubt,        ///< COMMIT was sent and its reply lost
    refused,         ///< the guard said no
    integrity,       ///< data is not what its checksum, marker or history says
    io,              ///< the file system failed
    unsupported,     ///< this engine or version cannot do it
    partial,         ///< partly done: a person must decide
    cancelled,       ///< interrupted
    internal,        ///< a defect of ours
};

/// The name used in JSON: the enumerator's own.
std::string_view to_string(ErrorKind kind) noexcept;

/// The process exit status that belongs to a kind (see docs/reference/exit-codes.md).
int exit_code(ErrorKind kind) noexcept;

/// Where in the user's own text the fault is. Lines, columns and statements count from 1; 0 means
/// unknown.
struct SourcePosition {
    std::string file;
    int line = 0;
    int column = 0;
    int statement = 0;

    bool is_known() const noexcept { return !file.empty() || line > 0 || statement > 0; }
    bool operator==(const SourcePosition&) const = default;
};

/// What the engine said. `state` is the SQLSTATE on PostgreSQL, the extended result code's name on
/// SQLite.
struct SqlDetail {
    std::string state;
    std::string statement;              ///< text of the statement that failed
    std::optional<std::size_t> offset;  ///< byte offset of the fault within `statement`
    std::string detail;
    std::string constraint;
    std::string table;
};

/// The only exception type Keel throws. Messages are lower-case and name the thing; the hint says
/// what to do next.
class Error : public std::exception {
  public:
    Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

    const char* what() const noexcept override { return message_.c_str(); }
    ErrorKind kind() const noexcept { return kind_; }
    const std::string& message() const noexcept { return message_; }
    const std::string& hint() const noexcept { return hint_; }
    const SourcePosition& where() const noexcept { return where_; }
    const std::optional<SqlDetail>& sql() const noexcept { return sql_; }
    const std::vector<std::string>& trail() const noexcept { return trail_; }

    Error&& with_hint(std::string hint) && { return hint_ = std::move(hint), std::move(*this); }
    Error&& at(SourcePosition where) && { return where_ = std::move(where), std::move(*this); }
    Error&& with_sql(SqlDetail sql) && { return sql_ = std::move(sql), std::move(*this); }

    /// For the catch-add-rethrow idiom: `catch (Error& e) { e.add_trail("apply 0007_orders");
    /// throw; }`.
    void add_trail(std::string step) { trail_.push_back(std::move(step)); }
    void set_hint(std::string hint) { hint_ = std::move(hint); }
    void set_where(SourcePosition where) { where_ = std::move(where); }
    void set_message(std::string message) { message_ = std::move(message); }
    void set_kind(ErrorKind kind) { kind_ = kind; }

  private:
    ErrorKind kind_;
    std::string message_;
    std::string hint_;
    SourcePosition where_;
    std::optional<SqlDetail> sql_;
    std::vector<std::string> trail_;
};

/// An io Error for a failed system call on `path`: "cannot open 'x': permission denied". Reads
/// errno.
Error io_error(std::string_view action, std::string_view path);

}  // namespace keel
