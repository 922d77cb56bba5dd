#pragma once

#include "db/admin.hpp"

namespace keel::sqlite {

class SqliteAdmin final : public Admin {
  public:
    DatabaseIdentity identity(Connection& connection) const override;
    ServerInfo info(Connection& connection) const override;
    bool exists(const DatabaseUrl& url) const override;
    void create(const DatabaseUrl& url) const override;
    /// The lock file `<database>.keel-lock` stays while somebody holds it.
    void drop(const DatabaseUrl& url) const override;
    void drop_all(Connection& connection, bool keep_internal) const override;
    std::unique_ptr<DatabaseLock> acquire_lock(Connection& connection, const LockOptions& options,
                                               const Context& context) const override;
    void publish(const StagedDatabase& staged, const Context& context) const override;
    void discard(const StagedDatabase& staged) const override;
    std::vector<Leftover> find_leftovers(const DatabaseUrl& url) const override;
    void resolve(const DatabaseUrl& url, const Leftover& leftover) const override;
    std::vector<Diagnostic> check(Connection& connection, bool thorough) const override;
};

}  // namespace keel::sqlite
