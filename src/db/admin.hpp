#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "db/database_identity.hpp"
#include "db/dumper.hpp"
#include "model/database_url.hpp"
#include "model/diagnostic.hpp"

namespace keel {

struct ServerInfo {
    std::string version;  ///< "15.18", "3.40.1"
    std::int64_t size_bytes = 0;
    std::string database;
    std::string encoding;
    std::string user;
    std::vector<std::pair<std::string, std::string>>
        settings;  ///< what people want to know (journal mode …)
};

struct LockOptions {
    std::string holder;                      ///< shown to those who wait
    std::chrono::milliseconds wait{10'000};  ///< then ErrorKind::locked, naming the holder
};

/// Something an interrupted operation left beside a database.
struct Leftover {
    enum class Kind { staged, replaced, unfinished_swap };
    Kind kind = Kind::staged;
    std::string name;  ///< database name or file path
    std::string run_id;
    std::string advice;  ///< what `resolve` will do about it
};

/// Whole databases: exist, create, drop, lock, publish, check.
class Admin {
  public:
    virtual ~Admin() = default;

    virtual DatabaseIdentity identity(Connection& connection) const = 0;
    virtual ServerInfo info(Connection& connection) const = 0;

    virtual bool exists(const DatabaseUrl& url) const = 0;
    /// Throws ErrorKind::already_exists.
    virtual void create(const DatabaseUrl& url) const = 0;
    virtual void drop(const DatabaseUrl& url) const = 0;
    /// Drops every object of the user's in dependency order, in one transaction; Keel's own tables
    /// stay when `keep_internal`.
    virtual void drop_all(Connection& connection, bool keep_internal) const = 0;

    /// The one lock between Keel processes on a database. On PostgreSQL it lives on `connection`
    /// itself, so that it is held for as long as the server works on what that connection sent;
    /// polled with try-lock, never blocking, never inside a transaction (reliability: CREATE INDEX
    /// CONCURRENTLY would deadlock).
    virtual std::unique_ptr<DatabaseLock> acquire_lock(Connection& connection,
                                                       const LockOptions& options,
                                                       const Context& context) const = 0;

    /// Replaces the target's content by the staged database, atomically: whoever looks sees the old
    /// or the new one. Takes the staged database away in every case.
    virtual void publish(const StagedDatabase& staged, const Context& context) const = 0;
    virtual void discard(const StagedDatabase& staged) const = 0;

    virtual std::vector<Leftover> find_leftovers(const DatabaseUrl& url) const = 0;
    /// Finishes or undoes what was interrupted. Idempotent.
    virtual void resolve(const DatabaseUrl& url, const Leftover& leftover) const = 0;

    /// Integrity as the engine can tell it: empty when all is well.
    virtual std::vector<Diagnostic> check(Connection& connection, bool thorough) const = 0;
};

}  // namespace keel
