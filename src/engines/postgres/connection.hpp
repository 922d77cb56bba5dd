#pragma once

#include <memory>
#include <optional>
#include <string>

#include "db/engine.hpp"
#include "engines/postgres/read_only.hpp"
#include "engines/postgres/wire.hpp"

namespace keel::postgres {

/// db/connection.hpp over a Wire. In a read-only session every statement of the caller's goes
/// through ReadOnlyGate first; the faces that internal_connection gives do not.
class PostgresConnection final : public Connection {
  public:
    /// `gate` is null where statements need no checking.
    PostgresConnection(std::shared_ptr<Wire> wire, std::unique_ptr<ReadOnlyGate> gate);
    ~PostgresConnection() override;

    std::uint64_t execute(std::string_view sql, std::span<const Value> params) override;
    void query(std::string_view sql, std::span<const Value> params,
               const std::function<void(const Row&)>& each) override;
    void run_script(std::span<const Statement> statements) override;
    std::unique_ptr<RowSource> copy_out(const CopySpec& spec) override;
    std::unique_ptr<RowSink> copy_in(const CopySpec& spec) override;
    void on_notice(std::function<void(Level, std::string_view)> handler) override;
    void cancel() noexcept override;
    void begin(const TransactionOptions& options) override;
    void commit() override;
    void rollback() override;
    bool in_transaction() const noexcept override;
    bool is_usable() const noexcept override;
    void ping() override;
    void* raw() noexcept override;

  private:
    void check(std::string_view sql);
    bool can_end_orphans();

    std::shared_ptr<Wire> wire_;
    std::unique_ptr<ReadOnlyGate> gate_;
    std::optional<bool> can_end_orphans_;
};

/// A second face of a PostgreSQL connection (also of one inside decorators) through which Keel's
/// own parts send statements: the inspector's catalog queries, COPY for dumps, advisory locks. It
/// shares the wire, so its statements and the caller's take turns, and a read-only session stays
/// read-only for the server; only the check of the caller's statements is left out.
std::unique_ptr<Connection> internal_connection(Connection& connection);

/// The wire of a PostgreSQL connection, also of one inside decorators.
std::shared_ptr<Wire> wire_of(Connection& connection);

/// A connected session with `options` applied; see Engine::connect.
std::unique_ptr<Connection> connect(const ConnectOptions& options);

}  // namespace keel::postgres
