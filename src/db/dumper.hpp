#pragma once

#include <memory>
#include <string>

#include "base/context.hpp"
#include "base/streams.hpp"
#include "db/connection.hpp"
#include "db/database_identity.hpp"
#include "model/database_url.hpp"
#include "model/manifest.hpp"

namespace keel {

/// A database that was restored beside its target under a private name, not yet published.
struct StagedDatabase {
    DatabaseUrl url;
    DatabaseUrl target;
    std::string run_id;
    /// While it is held, nobody takes the staged database for a leftover. Shared because the value
    /// is copied; empty where the engine needs none.
    std::shared_ptr<DatabaseLock> guard = {};
};

struct StageOptions {
    DatabaseUrl target;  ///< beside which the staged one is made
    std::string run_id;  ///< part of its name, so that leftovers are recognised
};

/// Whole-database dump and restore as streams. Restoring always makes a new, private database;
/// publishing it is Admin::publish, so that a failed or killed restore leaves the target as it was.
class Dumper {
  public:
    virtual ~Dumper() = default;
    /// A consistent state of the database, while others go on writing.
    virtual DumpContent dump(Connection& connection, const DatabaseUrl& url, StreamWriter& streams,
                             const Context& context) const = 0;
    /// Restores beside the target and compares with `content`: rows and digests of every table, the
    /// engine's own integrity checks. Throws ErrorKind::integrity when anything differs; nothing is
    /// left then.
    virtual StagedDatabase stage(const DumpContent& content, StreamReader& streams,
                                 const StageOptions& options, const Context& context) const = 0;
};

}  // namespace keel
