#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/streams.hpp"
#include "db/connection.hpp"
#include "db/dumper.hpp"
#include "model/database_url.hpp"
#include "model/manifest.hpp"
#include "model/manifest_scope.hpp"
#include "model/table_name.hpp"

namespace keel {

/// Where tables come from, and where private databases are made meanwhile.
struct TableRestore {
    const DumpContent& content;  ///< of a whole backup, or of some tables
    StreamReader& streams;
    DatabaseUrl target;
    std::string run_id;
};

class FileExchange;

/// Which tables come back.
struct TableSelection {
    std::vector<TableName> tables;  ///< of TableRestorer::known
    /// The only table comes back under this name, which must be free: columns, checks, primary key
    /// and rows, for looking at, beside what is there.
    std::optional<TableName> new_name{};
    /// Foreign keys to tables that are not there stay away: for trials.
    bool without_references = false;
};

/// What putting tables back means for a database as it is now.
struct TableOutlook {
    TableName table;
    std::uint64_t rows = 0;  ///< in the backup
    std::optional<std::uint64_t>
        now{};  ///< rows that are there now; nothing when there is no table
    std::vector<std::string> changes{};  ///< of what is there now: "index x goes"
};
struct RestoreOutlook {
    std::vector<TableOutlook> tables;
    std::vector<std::string> obstacles;  ///< why it cannot be done safely
};

/// One restore of tables. What it refers to must outlive it.
class TableRestorer {
  public:
    virtual ~TableRestorer() = default;
    /// What can be named: the tables of the backup, Keel's own too.
    virtual std::vector<TableName> known() const = 0;
    /// Reads only. What takes restoring a whole backup to find out is found out by `run`.
    virtual RestoreOutlook look(Connection& connection, const TableSelection& selection) = 0;
    /// Replaces the tables, or makes them, in one transaction of its own: definitions, rows,
    /// indexes, triggers, counters; proven by digests before it commits. What others have that
    /// refers to them stays. Throws ErrorKind::refused with the list of what stands in the way,
    /// integrity when something came back otherwise; the database is as it was then.
    virtual std::vector<TableContent> run(Connection& connection,
                                          const TableSelection& selection) = 0;
};

/// Backups of some tables of a database, and tables out of backups. Thread-safe, no state.
class TableArchive {
  public:
    virtual ~TableArchive() = default;
    /// Databases as files of other tools.
    virtual const FileExchange& files() const noexcept = 0;
    /// The tables of a database that can be backed up alone, with all that counts as a part of
    /// them when one is named (a partitioned table's partitions).
    virtual std::vector<TableName> list(Connection& connection) const = 0;
    /// Rows and definitions in one consistent state; the content's details say that it is of some
    /// tables. Throws ErrorKind::not_found for a name that is none of `list`.
    virtual DumpContent dump(Connection& connection, const DatabaseUrl& url,
                             std::span<const TableName> tables, StreamWriter& streams,
                             const Context& context) const = 0;
    /// Throws what making a private database throws.
    virtual std::unique_ptr<TableRestorer> prepare(const TableRestore& restore,
                                                   const Context& context) const = 0;
    /// All tables of a backup of tables, in a private database beside the target, without foreign
    /// keys to tables that are not among them. Throws ErrorKind::integrity when anything came back
    /// otherwise; nothing is left then.
    virtual StagedDatabase stage(const TableRestore& restore, const Context& context) const = 0;
};

}  // namespace keel
