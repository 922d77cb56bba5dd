#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "base/file.hpp"
#include "base/secret.hpp"
#include "db/connection.hpp"
#include "engines/postgres/libpq.hpp"

namespace keel::postgres {

/// Throws ErrorKind::invalid_input for what the protocol cannot carry: a NUL, more than 1 GiB.
void check_statement(std::string_view sql);

class Canceller;

/// A connected PGconn, driven without blocking in libpq, so that every wait ends when another
/// thread cancels. It knows nothing of what statements mean. Not thread-safe but for `cancel`.
///
/// Shared by the connection that the caller has and the one through which Keel's own parts work on
/// it (see internal_connection), neither of which knows which of them is destroyed first.
class Wire : public std::enable_shared_from_this<Wire> {
  public:
    explicit Wire(ConnectionHandle connection);
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// The wire behind a PGconn that one of ours was made from.
    static std::shared_ptr<Wire> of(PGconn* connection);

    PGconn* raw() const noexcept { return connection_.get(); }
    const Secret& password() const noexcept { return password_; }
    bool is_usable() const noexcept;
    PGTransactionStatusType transaction_status() const noexcept;
    bool in_transaction() const noexcept;
    bool is_busy() const noexcept { return busy_; }

    void on_notice(std::function<void(Level, std::string_view)> handler);
    void cancel() noexcept;

    /// Sends one statement by the extended protocol (which takes no second one), in single-row
    /// mode. Throws ErrorKind::internal while another one's results are still being read.
    void send(std::string_view sql, std::span<const Value> params);
    /// As `send`, by the simple protocol: for the texts that have no parameters and are ours.
    void send_simple(std::string_view sql);

    /// The next result; null when the statement is done. Waits. A lost connection is a failed
    /// result without a SQLSTATE.
    ResultHandle next();
    /// As `next`, where a null is not the end of the work: in a pipeline.
    ResultHandle receive();
    /// The Error of a failed result of `statement`, told apart by whether we cancelled.
    Error error(const PGresult& result, std::string_view statement) const;
    /// Reads all that is left of the running statement, cancelling it on the server, so that the
    /// connection is free for the next. Never throws; what cannot be saved becomes unusable.
    void abandon() noexcept;

    /// Runs a statement whose rows do not matter; returns the number of rows it changed.
    std::uint64_t run(std::string_view sql, std::span<const Value> params = {});
    /// As `run`, by the simple protocol, which takes several statements in one round trip.
    std::uint64_t run_simple(std::string_view sql);

    /// Has the server parse a statement, and do nothing else with it. Throws its syntax errors.
    void parse(std::string_view sql);

    /// One piece of COPY data, null at its end. Waits.
    MemoryHandle copy_data(int& length);
    void put_copy_data(std::span<const std::byte> data);
    /// Ends COPY FROM STDIN: well, or as failed for the reason given.
    void end_copy_in(const char* failure);

    /// Marks the wire as at work: `cancel` does something from here on.
    void begin_work();
    void end_work() noexcept;
    /// Writes out what libpq has buffered, reading meanwhile.
    void flush();
    /// Says that the protocol's state is not known any more: the connection is of no further use.
    void give_up() noexcept;

    /// Throws ErrorKind::unreachable when the other side is known to have hung up, without asking.
    void check_alive();

  private:
    std::uint64_t finish(std::string_view sql);
    void wait(short events);
    void consume();
    [[noreturn]] void lose(std::string_view reason);
    void deliver_notices();
    static void receive_notice(void* self, const PGresult* result) noexcept;
    void keep_notice(const PGresult& result) noexcept;

    struct Notice {
        Level level;
        std::string text;
    };

    ConnectionHandle connection_;
    std::unique_ptr<Canceller> canceller_;
    Secret password_;
    FileDescriptor wake_up_;  ///< an eventfd that `cancel` writes to
    std::function<void(Level, std::string_view)> notice_handler_;
    std::vector<Notice> notices_;
    bool busy_ = false;  ///< results of a statement are still to be read
    bool broken_ = false;

    std::mutex cancel_mutex_;  ///< between cancel and the end of the statement that it is meant for
    bool working_ = false;     ///< guarded by cancel_mutex_
    std::atomic<bool> cancelled_ = false;
    std::chrono::steady_clock::time_point cancelled_at_{};  ///< of the reading thread
};

/// A statement that was sent: whatever of it is left unread when the block ends is abandoned.
class Running {
  public:
    explicit Running(Wire& wire) : wire_(wire) {}
    ~Running() {
        if (!kept_) wire_.abandon();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    /// Leaves the rest to somebody else.
    void keep() noexcept { kept_ = true; }

  private:
    Wire& wire_;
    bool kept_ = false;
};

}  // namespace keel::postgres
