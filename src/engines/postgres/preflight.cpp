#include "engines/postgres/preflight.hpp"

#include <fmt/format.h>

#include <set>

#include "base/text.hpp"
#include "engines/postgres/preflight_size.hpp"
#include "engines/postgres/quote.hpp"

namespace keel::postgres {
namespace {

/// What is only read or written needs no ownership.
bool is_about_rows(ActionKind kind) noexcept {
    return kind == ActionKind::insert || kind == ActionKind::update ||
           kind == ActionKind::delete_rows || kind == ActionKind::merge ||
           kind == ActionKind::select || kind == ActionKind::copy_in;
}

struct Touched {
    std::set<std::string> tables;   ///< as to_regclass takes them
    std::set<std::string> altered;  ///< those that must be one's own
};

Touched touched_by(const StatementReader& reader, std::span<const Statement> statements) {
    Touched touched;
    for (const Statement& statement : statements) {
        for (const SqlAction& action : reader.read(statement.text).actions) {
            for (const SqlName& name : action.others)
                touched.tables.insert(quote_name(name.schema, name.name));
            if (action.object.name.empty()) continue;
            const auto table = quote_name(action.object.schema, action.object.name);
            touched.tables.insert(table);
            if (!is_about_rows(action.kind)) touched.altered.insert(table);
        }
    }
    return touched;
}

std::string oids_of(const std::set<std::string>& tables) {
    std::vector<std::string> calls;
    for (const std::string& table : tables)
        calls.push_back(fmt::format("pg_catalog.to_regclass({})", quote_literal(table)));
    return join(calls, ", ");
}

Diagnostic finding(std::string rule, std::string message, std::string hint) {
    Diagnostic found;
    found.severity = Severity::warning;
    found.rule = std::move(rule);
    found.message = std::move(message);
    found.hint = std::move(hint);
    return found;
}

void find_blockers(Connection& connection, const std::set<std::string>& tables,
                   std::vector<Diagnostic>& findings) {
    connection.query(
        fmt::format(
            "select distinct l.relation::pg_catalog.regclass::text, coalesce(l.pid::text, ''), "
            "coalesce(nullif(a.application_name, ''), a.backend_type, 'a prepared transaction'), "
            "coalesce(a.usename, ''), coalesce(a.state, ''), "
            "coalesce(extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::bigint, 0) "
            "from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid "
            "where l.locktype = 'relation' and l.granted and l.relation in ({}) "
            "and l.pid is distinct from pg_catalog.pg_backend_pid() "
            "and l.database = (select d.oid from pg_catalog.pg_database d "
            "where d.datname = pg_catalog.current_database()) order by 1, 2",
            oids_of(tables)),
        {}, [&](const Row& row) {
            const std::string who =
                row.text(1).empty()
                    ? row.string(2)
                    : fmt::format("{} (process {}, user {}, {})", row.text(2), row.text(1),
                                  row.text(3), row.text(4).empty() ? "working" : row.text(4));
            findings.push_back(finding(
                "preflight.blocker",
                fmt::format("{} has held a lock on {} for {}", escape_controls(who), row.text(0),
                            format_duration(std::chrono::seconds(row.integer(5)))),
                "wait until its transaction has ended, or end it"));
        });
}

void find_foreign_tables(Connection& connection, const std::set<std::string>& tables,
                         std::vector<Diagnostic>& findings) {
    connection.query(
        fmt::format("select c.oid::pg_catalog.regclass::text, "
                    "pg_catalog.pg_get_userbyid(c.relowner), current_user "
                    "from pg_catalog.pg_class c where c.oid in ({}) "
                    "and not pg_catalog.pg_has_role(c.relowner, 'USAGE') order by 1",
                    oids_of(tables)),
        {}, [&](const Row& row) {
            findings.push_back(finding(
                "preflight.owner",
                fmt::format("{} belongs to {}, not to {}", row.text(0), row.text(1), row.text(2)),
                "run the migration as the owner of the tables it changes"));
        });
}

}  // namespace

std::vector<Diagnostic> preflight(Connection& connection, const StatementReader& reader,
                                  std::span<const Statement> statements) {
    std::vector<Diagnostic> findings;
    const Touched touched = touched_by(reader, statements);
    if (!touched.tables.empty()) find_blockers(connection, touched.tables, findings);
    if (!touched.altered.empty()) find_foreign_tables(connection, touched.altered, findings);
    find_big_tables(connection, reader, statements, findings);
    return findings;
}

}  // namespace keel::postgres
