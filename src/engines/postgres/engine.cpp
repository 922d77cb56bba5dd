#include "engines/postgres/engine.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "engines/postgres/admin.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/copier.hpp"
#include "engines/postgres/dialect.hpp"
#include "engines/postgres/dump.hpp"
#include "engines/postgres/inspect.hpp"
#include "engines/postgres/lone_statement.hpp"
#include "engines/postgres/observe.hpp"
#include "engines/postgres/pg_dump.hpp"
#include "engines/postgres/preflight.hpp"
#include "engines/postgres/schema_change.hpp"
#include "engines/postgres/schema_tools.hpp"
#include "engines/postgres/statement_reader.hpp"
#include "engines/postgres/table_archive.hpp"

namespace keel::postgres {
namespace {

// pg_dump before 15.20 can be made to overrun its memory, and before 15.19 its output to run
// commands in psql, by the server that it dumps. Releases before 14 get no fixes any more.
constexpr int first_maintained = 14;
constexpr int judged_major = 15;
constexpr std::uint64_t safe_minor = 20;

std::uint64_t minor_version(std::string_view version) {
    const auto dot = version.find('.');
    if (dot == std::string_view::npos) return 0;
    return parse_unsigned(version.substr(dot + 1)).value_or(0);
}

bool is_unsafe(const PgDumpTool& tool) {
    return tool.major < first_maintained ||
           (tool.major == judged_major && minor_version(tool.version) < safe_minor);
}

Diagnostic finding(Severity severity, std::string rule, std::string message, std::string hint) {
    return {.severity = severity,
            .rule = std::move(rule),
            .message = std::move(message),
            .hint = std::move(hint),
            .where = {}};
}

void diagnose_library(std::vector<Diagnostic>& findings) {
    try {
        libpq();
    } catch (const Error& error) {
        findings.push_back(
            finding(Severity::error, "postgres.libpq", error.message(), error.hint()));
    }
}

void diagnose_tools(std::vector<Diagnostic>& findings) {
    const auto tools = find_pg_dumps();
    if (tools.empty())
        findings.push_back(
            finding(Severity::warning, "postgres.pg-dump",
                    "pg_dump is not installed: PostgreSQL databases that have what Keel cannot "
                    "write itself (publications, foreign servers …) cannot be backed up",
                    "apt install postgresql-client"));
    for (const auto& tool : tools) {
        if (!is_unsafe(tool)) continue;
        findings.push_back(
            finding(Severity::warning, "postgres.pg-dump-version",
                    fmt::format("{} is version {}, with known faults when the server is hostile",
                                tool.path.native(), tool.version),
                    fmt::format("apt install --only-upgrade postgresql-client-{}", tool.major)));
    }
}

class PostgresEngine final : public Engine {
  public:
    explicit PostgresEngine(const EngineOptions& options)
        : options_(options),
          dumper_(options),
          admin_(options),
          copier_(options),
          table_archive_(options),
          schema_tools_(options) {}

    EngineKind kind() const noexcept override { return EngineKind::postgres; }
    Capabilities capabilities() const noexcept override {
        return {.transactional_ddl = true,
                .online_backup = true,
                .concurrent_index = true,
                .advisory_locks = true,
                .schemas = true};
    }
    std::unique_ptr<Connection> connect(const ConnectOptions& options) const override {
        ConnectOptions own = options;
        own.ignore_ambient = options.ignore_ambient || options_.ignore_ambient;
        auto connection = postgres::connect(own);
        if (options_.on_connect) options_.on_connect(*connection);
        return connection;
    }
    const Dialect& dialect() const noexcept override { return dialect_; }
    const Inspector& inspector() const noexcept override { return inspector_; }
    const Dumper& dumper() const noexcept override { return dumper_; }
    const Admin& admin() const noexcept override { return admin_; }
    const Copier& copier() const noexcept override { return copier_; }
    const TableArchive& table_archive() const noexcept override { return table_archive_; }
    const SchemaTools& schema_tools() const noexcept override { return schema_tools_; }
    std::unique_ptr<SchemaChangeGuard> guard_schema_change(
        Connection& connection, const SchemaChangeOptions& options) const override {
        return postgres::guard_schema_change(connection, options);
    }

    const StatementReader& statement_reader() const noexcept override { return reader_; }

    std::unique_ptr<LoneStatement> lone_statement(std::string_view statement) const override {
        return postgres::lone_statement(statement);
    }
    std::vector<Diagnostic> preflight(Connection& connection,
                                      std::span<const Statement> statements) const override {
        return postgres::preflight(connection, reader_, statements);
    }
    Observation observe(Connection& connection) const override {
        return postgres::observe(connection);
    }

    std::vector<Diagnostic> diagnose() const override {
        std::vector<Diagnostic> findings;
        diagnose_library(findings);
        diagnose_tools(findings);
        return findings;
    }
    std::vector<Diagnostic> diagnose_server(Connection& connection) const override {
        std::vector<Diagnostic> findings;
        const auto tools = find_pg_dumps();
        // That there is none at all is said by `diagnose`.
        if (tools.empty()) return findings;
        const auto number = connection.query_integer("show server_version_num");
        try {
            choose_pg_dump(tools, static_cast<int>(number / 10'000));
        } catch (const Error& error) {
            findings.push_back(
                finding(Severity::error, "postgres.pg-dump-server", error.message(), error.hint()));
        }
        return findings;
    }

  private:
    EngineOptions options_;
    PostgresDialect dialect_;
    PostgresInspector inspector_;
    PostgresDumper dumper_;
    PostgresAdmin admin_;
    PostgresStatementReader reader_;
    PostgresCopier copier_;
    PostgresTableArchive table_archive_;
    PostgresSchemaTools schema_tools_;
};

}  // namespace

std::unique_ptr<Engine> make_engine(const EngineOptions& options) {
    return std::make_unique<PostgresEngine>(options);
}

}  // namespace keel::postgres
