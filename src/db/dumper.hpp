#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/context.hpp"
#include "base/streams.hpp"
#include "db/connection.hpp"
#include "db/database_identity.hpp"
#include "model/database_url.hpp"
#include "model/manifest.hpp"
#include "model/schema_model.hpp"

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

struct DumpedSchemaOptions {
    Connection& empty;             ///< an empty scratch database, where its definitions may be run
    std::filesystem::path folder;  ///< for files of ours that are gone afterwards; made when needed
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
    /// The schema of a dump, without its rows. What cannot be read here (rights of roles that this
    /// server does not have) is among the model's `not_carried`.
    virtual SchemaModel read_schema(const DumpContent& content, StreamReader& streams,
                                    const DumpedSchemaOptions& options,
                                    const Context& context) const = 0;
};

}  // namespace keel
