#include <fmt/format.h>

#include "base/text.hpp"
#include "engines/postgres/admin.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

Severity severity_of(std::string_view word) {
    return word == "error" ? Severity::error : Severity::warning;
}

std::vector<Diagnostic> catalog_findings(Connection& connection) {
    std::vector<Diagnostic> findings;
    connection.query(sql::check_findings, {}, [&](const Row& row) {
        findings.push_back({.severity = severity_of(row.text(1)),
                            .rule = fmt::format("postgres.{}", row.text(0)),
                            .message = row.string(2),
                            .hint = row.string(3),
                            .where = {}});
    });
    return findings;
}

struct Relation {
    std::int64_t oid = 0;
    std::string name;
};

std::vector<Relation> relations(Connection& connection, std::string_view sql) {
    std::vector<Relation> list;
    connection.query(sql, {},
                     [&](const Row& row) { list.push_back({row.integer(0), row.string(1)}); });
    return list;
}

constexpr std::string_view checked_indexes = R"(
    select x.indexrelid, x.indexrelid::regclass::text
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_am m on m.oid = i.relam
    where m.amname = 'btree' and i.relkind = 'i' and i.relpersistence <> 't'
      and x.indisvalid and x.indisready)";

constexpr std::string_view checked_tables = R"(
    select c.oid, c.oid::regclass::text
    from pg_class c
    where c.relkind in ('r', 'm', 't') and c.relpersistence <> 't' and c.relispopulated)";

/// The schema of an installed amcheck, quoted; nothing when it is not installed.
std::optional<std::string> amcheck_schema(Connection& connection) {
    const auto schema = connection.query_text(
        "select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where "
        "e.extname = 'amcheck'");
    if (!schema) return std::nullopt;
    return quote_identifier(*schema);
}

/// Looks at one relation after another; what is damaged becomes a finding, and the next one is
/// looked at all the same.
class ThoroughCheck {
  public:
    ThoroughCheck(Connection& connection, std::vector<Diagnostic>& findings)
        : connection_(connection), findings_(findings) {}

    /// Where amcheck could be installed, it is for as long as this looks.
    void run() {
        connection_.execute("savepoint keel_amcheck");
        try {
            connection_.execute("create extension if not exists amcheck schema pg_catalog");
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::cancelled || !connection_.is_usable()) throw;
            // A session that only reads, a role without the right, a server without the package.
            connection_.execute("rollback to savepoint keel_amcheck");
        }
        look_at_all();
        connection_.execute("rollback to savepoint keel_amcheck");
        connection_.execute("release savepoint keel_amcheck");
    }

  private:
    void look_at_all() {
        const auto schema = amcheck_schema(connection_);
        for (const auto& table : relations(connection_, checked_tables)) {
            look("damaged-table", table.name, heap_query(schema, table));
        }
        if (!schema) return;
        for (const auto& index : relations(connection_, checked_indexes)) {
            look("damaged-index", index.name,
                 fmt::format("select {}.bt_index_check({}, true)", *schema, index.oid));
        }
    }

    /// Without amcheck, reading every row at least meets every page's checksum.
    static std::string heap_query(const std::optional<std::string>& schema, const Relation& table) {
        if (!schema) return fmt::format("select count(*) from only {}", table.name);
        return fmt::format("select msg from {}.verify_heapam({}, on_error_stop => true) limit 1",
                           *schema, table.oid);
    }

    void look(std::string_view rule, const std::string& name, const std::string& sql) {
        connection_.execute("savepoint keel_check");
        try {
            const auto answer = connection_.query_text(sql);
            if (answer && parse_unsigned(*answer) == std::nullopt && !answer->empty())
                add(rule, name, *answer);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::cancelled || !connection_.is_usable()) throw;
            if (is_about_access(error))
                add_unchecked(name, error.message());
            else
                add(rule, name, error.message());
        }
        connection_.execute("rollback to savepoint keel_check");
        connection_.execute("release savepoint keel_check");
    }

    /// A right that we lack, or a lock of somebody else's, says nothing about the data.
    static bool is_about_access(const Error& error) {
        return error.kind() == ErrorKind::locked || error.kind() == ErrorKind::timeout ||
               (error.sql() && error.sql()->state == "42501");
    }

    void add_unchecked(const std::string& name, const std::string& message) {
        findings_.push_back({.severity = Severity::warning,
                             .rule = "postgres.unchecked",
                             .message = fmt::format("{} was not looked at: {}", name, message),
                             .hint = "",
                             .where = {}});
    }

    void add(std::string_view rule, const std::string& name, const std::string& message) {
        findings_.push_back({.severity = Severity::error,
                             .rule = fmt::format("postgres.{}", rule),
                             .message = fmt::format("{}: {}", name, message),
                             .hint = rule == "damaged-index"
                                         ? fmt::format("reindex index concurrently {}", name)
                                         : "restore the table from a backup",
                             .where = {}});
    }

    Connection& connection_;
    std::vector<Diagnostic>& findings_;
};

}  // namespace

std::vector<Diagnostic> PostgresAdmin::check(Connection& connection, bool thorough) const {
    CatalogSession session(connection);
    auto findings = catalog_findings(session.connection());
    if (thorough) ThoroughCheck(session.connection(), findings).run();
    return findings;
}

}  // namespace keel::postgres
