#pragma once

#include "db/admin.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::postgres {

class PostgresAdmin final : public Admin {
  public:
    explicit PostgresAdmin(const EngineOptions& options) : options_(options) {}

    DatabaseIdentity identity(Connection& connection) const override;
    ServerInfo info(Connection& connection) const override;
    bool exists(const DatabaseUrl& url) const override;
    void create(const DatabaseUrl& url) const override;
    void drop(const DatabaseUrl& url) const override;
    void drop_all(Connection& connection, bool keep_internal) const override;
    std::unique_ptr<DatabaseLock> acquire_lock(Connection& connection, const LockOptions& options,
                                               const Context& context) const override;
    void publish(const StagedDatabase& staged, const Context& context) const override;
    void discard(const StagedDatabase& staged) const override;
    std::vector<Leftover> find_leftovers(const DatabaseUrl& url) const override;
    void resolve(const DatabaseUrl& url, const Leftover& leftover) const override;
    std::vector<Diagnostic> check(Connection& connection, bool thorough) const override;

  private:
    EngineOptions options_;
};

}  // namespace keel::postgres
