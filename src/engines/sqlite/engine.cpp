#include "engines/sqlite/engine.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "db/observation.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/admin.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/copier.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/dump.hpp"
#include "engines/sqlite/extension.hpp"
#include "engines/sqlite/inspect.hpp"
#include "engines/sqlite/lone_statement.hpp"
#include "engines/sqlite/preflight.hpp"
#include "engines/sqlite/schema_change.hpp"
#include "engines/sqlite/schema_tools.hpp"
#include "engines/sqlite/scratch.hpp"
#include "engines/sqlite/statement_reader.hpp"
#include "engines/sqlite/table_archive.hpp"
#include "engines/sqlite/table_rebuild.hpp"

namespace keel::sqlite {
namespace {

constexpr int first_with_wal = 3'007'000;
constexpr int last_with_wal_reset_fault = 3'051'002;
/// Below it there is no pragma_table_list, no STRICT and no exact place of a syntax error.
constexpr int oldest_supported = 3'038'000;

class SqliteEngine final : public Engine {
  public:
    explicit SqliteEngine(EngineOptions options) : options_(std::move(options)) {
        receive_log_messages();
    }

    EngineKind kind() const noexcept override { return EngineKind::sqlite; }
    Capabilities capabilities() const noexcept override { return {}; }

    std::unique_ptr<Connection> connect(const ConnectOptions& options) const override {
        const auto opening = session_options(options);
        if (options.create && !opening.read_only && !admin_.exists(options.url))
            create(options.url);
        auto connection = std::make_unique<SqliteConnection>(opening);
        load_extensions(*connection, options_.extensions);
        if (options_.on_connect) options_.on_connect(*connection);
        return connection;
    }

    const Dialect& dialect() const noexcept override { return dialect_; }
    const Inspector& inspector() const noexcept override { return inspector_; }
    const Dumper& dumper() const noexcept override { return dumper_; }
    const Admin& admin() const noexcept override { return admin_; }
    const StatementReader& statement_reader() const noexcept override { return reader_; }
    std::unique_ptr<ScratchSchema> make_scratch() const override {
        return std::make_unique<SqliteScratch>();
    }
    const Copier& copier() const noexcept override { return copier_; }
    const TableArchive& table_archive() const noexcept override { return table_archive_; }
    const SchemaTools& schema_tools() const noexcept override { return schema_tools_; }

    std::unique_ptr<SchemaChangeGuard> guard_schema_change(
        Connection& connection, const SchemaChangeOptions& options) const override {
        return sqlite::guard_schema_change(connection, options);
    }

    std::unique_ptr<LoneStatement> lone_statement(std::string_view statement) const override {
        return sqlite::lone_statement(statement);
    }

    /// One writer at a time: its lock is on the whole file, from BEGIN to the end.
    Observation observe(Connection& connection) const override {
        Observation seen;
        if (connection.in_transaction())
            seen.locks.push_back({.relation = "database", .mode = "writer"});
        return seen;
    }

    std::vector<Diagnostic> preflight(Connection& connection,
                                      std::span<const Statement> statements) const override {
        return sqlite::preflight(connection, statements);
    }

    TableRebuild rebuild_table(Connection& connection, std::string_view table) const override {
        return sqlite::rebuild_table(connection, table);
    }

    std::vector<Diagnostic> diagnose() const override;

  private:
    void create(const DatabaseUrl& url) const {
        try {
            admin_.create(url);
        } catch (const Error& error) {
            // Somebody else was quicker: all the same to whoever only wants it to be there.
            if (error.kind() != ErrorKind::already_exists) throw;
        }
    }

    EngineOptions options_;
    SqliteDialect dialect_;
    SqliteInspector inspector_;
    SqliteDumper dumper_;
    SqliteAdmin admin_;
    SqliteStatementReader reader_;
    SqliteCopier copier_;
    SqliteTableArchive table_archive_;
    SqliteSchemaTools schema_tools_;
};

Diagnostic make_warning(std::string rule, std::string message, std::string hint) {
    Diagnostic warning;
    warning.severity = Severity::warning;
    warning.rule = std::move(rule);
    warning.message = std::move(message);
    warning.hint = std::move(hint);
    return warning;
}

std::vector<Diagnostic> SqliteEngine::diagnose() const {
    std::vector<Diagnostic> findings;
    const int version = sqlite3_libversion_number();
    if (version >= first_with_wal && version <= last_with_wal_reset_fault) {
        findings.push_back(make_warning(
            "sqlite.wal-reset",
            fmt::format("SQLite {} has the WAL-reset fault (3.7.0 to 3.51.2): a database in WAL "
                        "mode can be "
                        "damaged when two connections write and checkpoint at the same instant",
                        sqlite3_libversion()),
            "keel never checkpoints while others are connected, so it is safe itself; give the "
            "applications "
            "SQLite 3.51.3 or newer"));
    }
    if (version < oldest_supported) {
        findings.push_back(make_warning(
            "sqlite.version", fmt::format("SQLite {} is older than 3.38", sqlite3_libversion()),
            "use a newer libsqlite3"));
    }
    return findings;
}

}  // namespace

std::unique_ptr<Engine> make_engine(EngineOptions options) {
    return std::make_unique<SqliteEngine>(std::move(options));
}

}  // namespace keel::sqlite
