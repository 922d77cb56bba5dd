#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "db/engine.hpp"
#include "db/observation.hpp"

namespace keel {

/// What one statement of a script did, as far as it ran in a transaction.
struct ObservedStatement {
    int number = 0;
    int line = 0;
    std::chrono::microseconds duration{0};
    std::vector<std::string> rewritten;             ///< tables that got another file
    std::map<std::string, std::int64_t> rows_read;  ///< by whole scans
    std::map<std::string, std::int64_t> rows_written;
    /// Tables in its text whose rows it would go through, by what statements of its kind do.
    std::vector<std::string> named;
    bool is_observed = false;  ///< the server told of its tables: not on SQLite, nor outside a
                               ///< transaction
};

struct HeldLock {
    ObservedLock lock;
    std::chrono::microseconds held{0};
};

/// A connection that takes scripts statement by statement, and looks after each at what the server
/// says it did. Looking takes no time in its figures.
class ObservedConnection final : public Connection {
  public:
    ObservedConnection(std::unique_ptr<Connection> inner, const Engine& engine)
        : inner_(std::move(inner)), engine_(engine) {}

    const std::vector<ObservedStatement>& statements() const noexcept { return statements_; }
    /// Each lock with how long it was held, the longest time of several.
    std::vector<HeldLock> locks() const;
    /// Time that the server has worked on begin, statements and commit.
    std::chrono::microseconds worked() const noexcept { return worked_; }
    void forget();
    Connection& inner() noexcept { return *inner_; }

    std::uint64_t execute(std::string_view sql, std::span<const Value> params) override;
    void query(std::string_view sql, std::span<const Value> params,
               const std::function<void(const Row&)>& each) override;
    void run_script(std::span<const Statement> statements) override;
    std::unique_ptr<RowSource> copy_out(const CopySpec& spec) override {
        return inner_->copy_out(spec);
    }
    std::unique_ptr<RowSink> copy_in(const CopySpec& spec) override {
        return inner_->copy_in(spec);
    }
    void on_notice(std::function<void(Level, std::string_view)> handler) override {
        inner_->on_notice(std::move(handler));
    }
    void cancel() noexcept override { inner_->cancel(); }
    void begin(const TransactionOptions& options) override;
    void commit() override;
    void rollback() override;
    bool in_transaction() const noexcept override { return inner_->in_transaction(); }
    bool is_usable() const noexcept override { return inner_->is_usable(); }
    void ping() override { inner_->ping(); }
    void* raw() noexcept override { return inner_->raw(); }

  private:
    template <typename Work>
    std::chrono::microseconds timed(const Work& work);
    void remember(ObservedStatement seen);
    void look(ObservedStatement& statement, std::string_view text, std::chrono::microseconds began);
    void release_locks();

    std::unique_ptr<Connection> inner_;
    const Engine& engine_;
    std::chrono::microseconds worked_{0};
    Observation last_;
    std::map<ObservedLock, std::chrono::microseconds> since_;  ///< of the open transaction
    std::map<ObservedLock, std::chrono::microseconds> held_;
    std::vector<ObservedStatement> statements_;
};

}  // namespace keel
