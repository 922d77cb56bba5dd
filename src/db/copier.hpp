#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "db/dumper.hpp"
#include "db/row_transform.hpp"
#include "model/environment.hpp"
#include "model/manifest.hpp"

namespace keel {

struct ConnectOptions;
class RowPort;

/// Which tables a copy means; both names as the catalog has them.
using TableFilter = std::function<bool(std::string_view schema, std::string_view table)>;

struct CopyOptions {
    const ConnectOptions& source;  ///< opened read-only
    StageOptions to;
    std::size_t workers = 0;  ///< 0: as many as suit this machine
    /// The server may copy the database's files itself. That keeps other sessions from connecting
    /// to the source meanwhile.
    bool may_use_template = false;
    /// Rows that are passed on as they are, are read back all the same.
    bool reads_back = false;
    bool empties_large_objects = false;         ///< they come along with nothing in them
    TableFilter leaves_out = {};                ///< rows of these tables do not come along
    const RowTransforms* transforms = nullptr;  ///< what changes rows on their way; not owned
    /// Called once with a session that sees the very state that is copied, before any row is.
    std::function<void(Connection&)> on_snapshot = {};
    std::function<void(Connection&)> settle = {};  ///< the last change of the new database; before
                                                   ///< anything in it reacts to changes
};

struct CopiedDatabase {
    StagedDatabase staged;
    std::vector<TableContent> tables;  ///< rows, and their digests where they were read
    std::string method;                ///< "rows", "template" (server's own copy), "pages"
    /// How it was proven equal: "read_back" (rows and digests of every table are those of the
    /// copy), "counted" (the same, but of rows that were passed on as they are the copy's were
    /// counted), "pages" (the bytes are the same), "server" (by the server that copied them).
    std::string proof;
    bool has_exact_rows = true;  ///< false: rows of large tables are the planner's estimates
    std::uint64_t bytes = 0;     ///< of the new database
};

/// Copies whole databases between environments of one engine.
class Copier {
  public:
    virtual ~Copier() = default;
    /// Makes a copy of the source beside the target, proven equal as `proof` says: what is there is
    /// one consistent state of the source, while others go on writing to it. The
    /// source is never written to. Publishing it is Admin::publish. Throws ErrorKind::integrity
    /// when anything differs; nothing is left then.
    virtual CopiedDatabase stage(const CopyOptions& options, const Context& context) const = 0;
    /// Rows and digests of every table of a database as it is now, in one consistent state: two
    /// databases of one engine whose digests are equal hold equal rows.
    virtual std::vector<TableContent> digest(const ConnectOptions& source,
                                             const Context& context) const = 0;
    /// Whether there are values that no column holds (large objects): what changes rows never sees
    /// them.
    virtual bool has_large_objects(Connection& source) const = 0;
    /// Rows of single tables, into databases that stay where they are.
    virtual const RowPort& rows() const noexcept = 0;
};

}  // namespace keel
