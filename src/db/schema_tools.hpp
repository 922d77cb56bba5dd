#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "model/database_url.hpp"
#include "model/schema_model.hpp"

namespace keel {

/// One statement on the way from a schema to another.
struct SchemaStep {
    std::string sql;     ///< without semicolon
    std::string object;  ///< "column public.users.email"
    bool destructive = false;
    std::string hazard;  ///< what it may lose, or what data makes it fail; empty: nothing
    std::string lock;    ///< what it locks and whether it reads or writes the table; empty: nothing
                         ///< worth a word
    /// Steps of one phase run in one transaction, or each in none; a later phase wants the earlier
    /// ones committed.
    int phase = 0;
    bool transaction = true;
};

/// "users" was called "members" before: not dropped and made anew, but renamed.
struct SchemaRename {
    std::string kind;  ///< "table", "column" …
    std::string from;  ///< qualified
    std::string to;    ///< the new name alone, quoted as SQL wants it
};

struct SchemaPlanOptions {
    /// Forms that hold no lock while a table is read (indexes built concurrently, constraints
    /// validated afterwards), in as many phases as that takes. Otherwise one transaction.
    bool online = false;
};

/// Pre-data: what rows need; post-data: what is made faster, or may only be made, once they are
/// there (indexes, keys, triggers, policies).
struct SchemaSections {
    std::vector<std::string> pre_data;  ///< statements, without semicolons
    std::vector<std::string> post_data;
    std::vector<std::string> not_carried;
};

/// An empty database beside another one, for this process alone; gone with this object.
class ScratchDatabase {
  public:
    virtual ~ScratchDatabase() = default;
    virtual Connection& connection() = 0;
};

struct ScratchOptions {
    DatabaseUrl url;  ///< of the database beside which it is made
    std::string run_id;
};

/// Reads whole schemas, and writes what leads from one to another. Thread-safe, no state.
class SchemaTools {
  public:
    virtual ~SchemaTools() = default;
    /// Everything but Keel's own, from one view of the database.
    virtual SchemaModel read(Connection& connection) const = 0;
    /// The schema of a database that was made a moment ago.
    virtual SchemaModel blank() const = 0;
    /// Statements that make `to` out of `from`, in an order that works. Not proven: whoever shows
    /// them has tried them.
    virtual std::vector<SchemaStep> plan(const SchemaModel& from, const SchemaModel& to,
                                         const SchemaPlanOptions& options) const = 0;
    /// Statements that make the whole schema in an empty database; the same for equal schemas.
    virtual SchemaSections write(const SchemaModel& model) const = 0;
    /// The statement. Throws ErrorKind::unsupported for a kind that has none.
    virtual std::string rename(const SchemaRename& rename) const = 0;
    /// Constraints and the like that differ in nothing but their names, which nobody has to tell
    /// us: nothing is lost if they were others.
    virtual std::vector<SchemaRename> same_but_name(const SchemaModel& /*from*/,
                                                    const SchemaModel& /*to*/) const {
        return {};
    }
    /// Throws ErrorKind::config when this role may make no database.
    virtual std::unique_ptr<ScratchDatabase> make_scratch(const ScratchOptions& options,
                                                          const Context& context) const = 0;
};

}  // namespace keel
