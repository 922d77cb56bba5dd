#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/connection.hpp"

namespace keel {

/// A connection that keeps what it is told, and fails where a test says.
class FakeConnection final : public Connection {
  public:
    struct Log {
        std::vector<std::string> calls;
        std::string fail_on;  ///< a statement, "begin", "commit" …
        ErrorKind kind = ErrorKind::sql;
        std::string slow;  ///< a statement that takes two milliseconds
        bool dead = false;
    };
    explicit FakeConnection(Log& log) : log_(log) {}

    std::uint64_t execute(std::string_view sql, std::span<const Value>) override {
        call(sql);
        return 1;
    }
    void query(std::string_view sql, std::span<const Value>,
               const std::function<void(const Row&)>&) override {
        call(sql);
    }
    void run_script(std::span<const Statement> statements) override {
        for (const auto& statement : statements) call(statement.text);
    }
    std::unique_ptr<RowSource> copy_out(const CopySpec&) override { return nullptr; }
    std::unique_ptr<RowSink> copy_in(const CopySpec&) override { return nullptr; }
    void on_notice(std::function<void(Level, std::string_view)>) override {}
    void cancel() noexcept override {}
    void begin(const TransactionOptions&) override {
        call("begin");
        open_ = true;
    }
    void commit() override {
        call("commit");
        open_ = false;
    }
    void rollback() override {
        call("rollback");
        open_ = false;
    }
    bool in_transaction() const noexcept override { return open_; }
    bool is_usable() const noexcept override { return !log_.dead; }
    void ping() override { call("ping"); }
    void* raw() noexcept override { return nullptr; }

  private:
    void call(std::string_view what) {
        log_.calls.emplace_back(what);
        const Stopwatch watch;
        while (what == log_.slow && watch.elapsed() < std::chrono::milliseconds(2)) continue;
        if (what == log_.fail_on) throw Error(log_.kind, "failed as told");
    }

    Log& log_;
    bool open_ = false;
};

/// A row of texts; "\0" stands for null.
class FakeRow final : public Row {
  public:
    explicit FakeRow(std::vector<std::string> texts) : texts_(std::move(texts)) {}
    std::size_t size() const noexcept override { return texts_.size(); }
    std::string_view name(std::size_t) const override { return "column"; }
    bool is_null(std::size_t column) const override {
        return texts_[column] == std::string(1, '\0');
    }
    std::string_view text(std::size_t column) const override {
        return is_null(column) ? std::string_view() : std::string_view(texts_[column]);
    }
    Value value(std::size_t column) const override { return texts_[column]; }

  private:
    std::vector<std::string> texts_;
};

}  // namespace keel
