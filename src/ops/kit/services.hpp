#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/database_url.hpp"
#include "model/migration.hpp"
#include "model/report.hpp"
#include "model/schema_model.hpp"
#include "model/table_name.hpp"

namespace keel {

class Connection;
class Engine;
class OperationContext;

/// What one family needs of another, as interfaces: app fills them. Families stay siblings.

class SafetyBackup {
  public:
    virtual ~SafetyBackup() = default;
    /// A complete, verified backup of the operation's database as it is now; returns its id.
    virtual std::string create(OperationContext& context, std::string_view reason) = 0;
    /// Puts the whole database back as that backup has it; the operation's connection is another
    /// one then, and holds the lock again. Throws what restoring throws: the database is as it was
    /// before, then, or ErrorKind::partial says that it is not.
    virtual void restore(OperationContext& context, std::string_view id) = 0;
};

/// Backups of some tables alone: for who changes little of a large database.
class TableBackups {
  public:
    virtual ~TableBackups() = default;
    /// A complete backup, read back, of these tables as they are now: rows, definitions, indexes,
    /// triggers, counters. Names that are no tables (yet) are left out; nothing is made, and
    /// nothing returned, when none is left. Keel's own tables may be named too. Reads on a
    /// snapshot of its own; call it outside a transaction. Throws ErrorKind::unsupported for a
    /// table that cannot be backed up alone (a virtual one): take the whole database then.
    virtual std::optional<std::string> create(OperationContext& context,
                                              std::span<const TableName> tables,
                                              std::string_view reason) = 0;
    /// Puts tables of that backup back as they were, all of them when `tables` is empty: in one
    /// transaction of its own on the operation's connection, whose lock is held, proven by digests
    /// before it commits. Tables that were made since stay. Throws ErrorKind::refused, with the
    /// list of what stands in the way, or what went wrong; the database is as it was then.
    virtual void restore(OperationContext& context, std::string_view id,
                         std::span<const TableName> tables) = 0;
};

struct BackupSummary {
    std::string id;
    std::string created_at;
    bool verified = false;
};

class BackupOverview {
  public:
    virtual ~BackupOverview() = default;
    /// The newest backup of the operation's environment.
    virtual std::optional<BackupSummary> newest(OperationContext& context) = 0;
};

struct NamedBackup {
    std::string id;
    EngineKind engine = EngineKind::sqlite;
    std::string warning;  ///< what the person should know about the choice, or empty
};

/// Backups as schemas: what was there, without the rows.
class BackupSchemas {
  public:
    virtual ~BackupSchemas() = default;
    /// By id, by the beginning of one, or `latest`. Throws ErrorKind::not_found; usage when several
    /// begin so.
    virtual NamedBackup find(OperationContext& context, std::string_view text) = 0;
    /// Throws ErrorKind::integrity when the backup cannot be read. `empty` is a scratch database of
    /// its engine.
    virtual SchemaModel read(OperationContext& context, const NamedBackup& backup,
                             Connection& empty) = 0;
};

/// The schema that an application declares in C++.
class DeclaredModels {
  public:
    virtual ~DeclaredModels() = default;
    /// As a script of one engine. Throws ErrorKind::config for a declaration that cannot be.
    virtual std::string script(const Engine& engine) const = 0;
};

struct MigrationSummary {
    std::string current;  ///< empty: none applied
    int applied = 0;
    std::vector<std::string> pending;  ///< versions
    std::vector<std::string> missing;  ///< applied, file gone
    std::vector<std::string> changed;  ///< applied, file edited since
    bool drift = false;                ///< the schema is not what the last migration left
    bool unfinished = false;           ///< a history row says running or failed
};

class Migrator {
  public:
    virtual ~Migrator() = default;
    /// Reads only; a database that does not exist has everything pending.
    virtual MigrationSummary summary(OperationContext& context) = 0;
    /// Applies what is pending on the operation's own connection, whose lock is held; reports under
    /// `applied`.
    virtual void apply_pending(OperationContext& context, Report& report) = 0;
    /// Empties the history inside the connection's open transaction: for `db reset`, which drops in
    /// the same transaction what the history tells of. Nothing happens when there is none.
    virtual void forget_history(OperationContext& context) = 0;
};

/// The project's migrations as its layout reads them, and what the database says of them.
class MigrationFiles {
  public:
    virtual ~MigrationFiles() = default;
    /// All of them in their order; none when there is no folder. Throws what the layout throws.
    virtual std::vector<Migration> read(OperationContext& context) = 0;
    /// The whole history, in its order; empty when there is no database.
    virtual std::vector<AppliedMigration> history(OperationContext& context) = 0;
};

class MigrationLinter {
  public:
    virtual ~MigrationLinter() = default;
    /// What lint finds in those of `files` (all of them, in their order) that are `pending`, on
    /// the operation's database; each with its place and, as hint, what to do instead. Reads only.
    virtual std::vector<Diagnostic> check(OperationContext& context,
                                          std::span<const Migration> files,
                                          std::span<const Migration* const> pending) = 0;
};

/// Something an interrupted run left, and how to end it.
struct Recovery {
    std::string what;    ///< "half-made backup 2026…"
    std::string action;  ///< "removes it"
    bool destructive = false;
    std::function<void()> resolve;
};

class Recoverer {
  public:
    virtual ~Recoverer() = default;
    virtual std::vector<Recovery> find(OperationContext& context) = 0;
};

struct Extensions;

struct Services {
    SafetyBackup* safety_backup = nullptr;
    TableBackups* table_backups = nullptr;
    BackupOverview* backups = nullptr;
    BackupSchemas* backup_schemas = nullptr;
    const DeclaredModels* models = nullptr;  ///< null: the application declares none
    Migrator* migrator = nullptr;
    MigrationFiles* migrations = nullptr;
    MigrationLinter* linter = nullptr;
    std::vector<Recoverer*> recoverers;
    const Extensions* extensions = nullptr;  ///< what the application adds of its own
};

}  // namespace keel
