#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.hpp"
#include "model/diagnostic.hpp"
#include "model/environment.hpp"
#include "model/statement.hpp"

namespace keel {

// The parts have headers of their own; who uses one includes it.
class Admin;
class Copier;
class Dialect;
class Dumper;
class Inspector;
class LoneStatement;
class SchemaChangeGuard;
class SchemaTools;
class ScratchSchema;
class StatementReader;
class TableArchive;
struct Observation;
struct SchemaChangeOptions;
struct TableRebuild;

struct Capabilities {
    bool transactional_ddl = true;
    bool online_backup = true;
    bool concurrent_index = false;
    bool advisory_locks = false;
    bool schemas = false;
};

struct ConnectOptions {
    DatabaseUrl url;
    bool read_only = true;  ///< enforced by the engine, see docs/explanation/read-only.md
    bool create = false;    ///< SQLite: make the file when it is not there
    bool ignore_ambient =
        false;  ///< PostgreSQL: PG* variables, service and password files do not count
    SessionSettings session;
    std::string application_name = "keel";
    std::stop_token stop = {};  ///< ends the attempt to connect
};

/// Everything that one DBMS supplies. Thread-safe; the parts live as long as the engine.
class Engine {
  public:
    virtual ~Engine() = default;
    virtual EngineKind kind() const noexcept = 0;
    std::string_view name() const noexcept { return to_string(kind()); }
    virtual Capabilities capabilities() const noexcept = 0;
    /// Throws ErrorKind::unreachable (no server, refused, unknown host), config (bad password or
    /// database), not_found (SQLite: no such file), invalid_input (a file that is not a database).
    /// No message holds a secret.
    virtual std::unique_ptr<Connection> connect(const ConnectOptions& options) const = 0;
    virtual const Dialect& dialect() const noexcept = 0;
    virtual const Inspector& inspector() const noexcept = 0;
    virtual const Dumper& dumper() const noexcept = 0;
    virtual const Admin& admin() const noexcept = 0;
    /// Says what statements do: what lint judges by.
    virtual const StatementReader& statement_reader() const noexcept = 0;
    /// A private empty database to try statements on; nothing where the engine has none without a
    /// server.
    virtual std::unique_ptr<ScratchSchema> make_scratch() const;
    virtual const Copier& copier() const noexcept = 0;
    /// Backups of some tables, and tables out of backups.
    virtual const TableArchive& table_archive() const noexcept = 0;
    /// Reads and compares whole schemas.
    virtual const SchemaTools& schema_tools() const noexcept = 0;
    /// What must be done around a transaction that may change the schema; nothing when BEGIN and
    /// COMMIT are enough. Call it outside a transaction; `connection` must outlive the result.
    virtual std::unique_ptr<SchemaChangeGuard> guard_schema_change(
        Connection& connection, const SchemaChangeOptions& options) const;
    /// What there is to know about a statement that must run outside a transaction, or that is to;
    /// null when nothing is known that would tell, after an interruption, whether it is done.
    virtual std::unique_ptr<LoneStatement> lone_statement(std::string_view statement) const;
    /// What stands in the way of such statements, or will take long: sessions that hold locks on
    /// what they touch, long transactions, big tables, missing privileges. Reads only.
    virtual std::vector<Diagnostic> preflight(Connection& /*connection*/,
                                              std::span<const Statement> /*statements*/) const {
        return {};
    }
    /// See Observation; for rehearsals.
    virtual Observation observe(Connection& connection) const;
    /// Throws ErrorKind::not_found for a table that is not there, ErrorKind::unsupported where
    /// tables need no rebuilding.
    virtual TableRebuild rebuild_table(Connection& connection, std::string_view table) const;
    /// What is known to be wrong or risky with the libraries and tools this engine uses here
    /// (versions, missing pg_dump): for `keel doctor`. Needs no database.
    virtual std::vector<Diagnostic> diagnose() const = 0;
    /// The same for this server: whether the tools here can work with it. Reads only.
    virtual std::vector<Diagnostic> diagnose_server(Connection&) const { return {}; }
};

}  // namespace keel
