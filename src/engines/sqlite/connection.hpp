#pragma once

#include "db/connection.hpp"
#include "engines/sqlite/database.hpp"
#include "engines/sqlite/statement_cache.hpp"

namespace keel::sqlite {

class SqliteConnection final : public Connection {
  public:
    explicit SqliteConnection(const OpenOptions& options) : database_(options) {}

    std::uint64_t execute(std::string_view sql, std::span<const Value> params) override;
    void query(std::string_view sql, std::span<const Value> params,
               const std::function<void(const Row&)>& each) override;
    void run_script(std::span<const Statement> statements) override;
    std::unique_ptr<RowSource> copy_out(const CopySpec& spec) override;
    std::unique_ptr<RowSink> copy_in(const CopySpec& spec) override;

    void on_notice(std::function<void(Level, std::string_view)> handler) override;
    void cancel() noexcept override { database_.cancel(); }

    void begin(const TransactionOptions& options) override;
    void commit() override;
    void rollback() override;
    bool in_transaction() const noexcept override { return database_.in_transaction(); }
    bool is_usable() const noexcept override { return !is_moved_; }
    /// Throws ErrorKind::unreachable when the file is no longer where it was opened.
    void ping() override;
    void* raw() noexcept override { return database_.raw(); }

  private:
    class Prepared;
    void run_statement(const Statement& statement);
    void after_pragma(std::string_view sql);
    void end_reading() noexcept;

    Database database_;
    StatementCache cache_;
    bool is_moved_ = false;      ///< the file was renamed, replaced or removed
    bool reading_only_ = false;  ///< the open transaction was begun with read_only
};

}  // namespace keel::sqlite
