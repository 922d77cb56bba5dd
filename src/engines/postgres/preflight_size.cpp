#include "engines/postgres/preflight_size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/text.hpp"
#include "db/disk_room.hpp"
#include "engines/postgres/quote.hpp"

namespace keel::postgres {
namespace {

/// What takes as long as the table is big. Smaller ones are not worth a word.
constexpr std::uint64_t big = 16'000'000;

enum class Work { none, reads, indexes, rewrites };

bool rewrites_for(const SqlColumn& column) noexcept {
    return column.serial || column.identity || column.generated_stored ||
           column.default_kind == DefaultKind::per_row;
}

Work work_of_constraint(const SqlAction& action) {
    for (const SqlConstraint& constraint : action.constraints) {
        if (constraint.not_valid) continue;
        const bool is_key = constraint.kind == ConstraintKind::primary_key ||
                            constraint.kind == ConstraintKind::unique ||
                            constraint.kind == ConstraintKind::exclusion;
        if (is_key) return constraint.using_index.empty() ? Work::indexes : Work::none;
        return Work::reads;
    }
    return Work::none;
}

/// The least that is certain to be done with all rows, but for a change of type: there it is the
/// most (lint knows which types keep their bits).
Work work_of(const SqlAction& action) {
    const auto is_one_of = [&](std::initializer_list<ActionKind> kinds) {
        return std::ranges::find(kinds, action.kind) != kinds.end();
    };
    if (is_one_of({ActionKind::set_type, ActionKind::set_persistence, ActionKind::set_access_method,
                   ActionKind::set_tablespace, ActionKind::cluster, ActionKind::vacuum_full}))
        return Work::rewrites;
    if (is_one_of({ActionKind::create_index, ActionKind::reindex})) return Work::indexes;
    if (is_one_of({ActionKind::set_not_null, ActionKind::validate_constraint})) return Work::reads;
    if (action.kind == ActionKind::add_constraint) return work_of_constraint(action);
    const bool rewrites =
        action.kind == ActionKind::add_column && std::ranges::any_of(action.columns, rewrites_for);
    return rewrites ? Work::rewrites : Work::none;
}

std::string_view words_for(Work work) noexcept {
    switch (work) {
        case Work::rewrites:
            return "writes all of it anew";
        case Work::indexes:
            return "builds an index over all of it";
        case Work::reads:
        case Work::none:
            break;
    }
    return "reads all of it";
}

struct Size {
    std::uint64_t bytes = 0;
    std::int64_t rows = 0;   ///< about; negative: not known
    bool is_at_home = true;  ///< in the database's default tablespace, and that in the data folder
};

std::optional<Size> size_of(Connection& connection, const SqlName& table) {
    std::optional<Size> size;
    const std::array<Value, 1> parameters{quote_name(table.schema, table.name)};
    connection.query(
        "select pg_catalog.pg_total_relation_size(c.oid), c.reltuples::bigint, "
        "c.reltablespace = 0 and d.dattablespace = (select t.oid from pg_catalog.pg_tablespace t "
        "where t.spcname = 'pg_default') "
        "from pg_catalog.pg_class c, pg_catalog.pg_database d "
        "where c.oid = pg_catalog.to_regclass($1) and c.relkind in ('r', 'm', 'p') "
        "and d.datname = pg_catalog.current_database()",
        parameters, [&](const Row& row) {
            size = Size{.bytes = static_cast<std::uint64_t>(row.integer(0)),
                        .rows = row.integer(1),
                        .is_at_home = row.text(2) == "t"};
        });
    return size;
}

Diagnostic finding(std::string rule, std::string message, std::string hint) {
    Diagnostic found;
    found.severity = Severity::warning;
    found.rule = std::move(rule);
    found.message = std::move(message);
    found.hint = std::move(hint);
    return found;
}

Diagnostic about(const Statement& statement, const SqlName& table, Work work, const Size& size) {
    const std::string rows = size.rows > 0 ? fmt::format(", about {} rows", size.rows) : "";
    return finding("preflight.size",
                   fmt::format("{} has {}{}, and the statement in line {} {}", table.text(),
                               format_bytes(size.bytes), rows, statement.line, words_for(work)),
                   work == Work::rewrites
                       ? "nobody reads or writes it meanwhile: choose the hour, or lint's other way"
                       : "it takes as long as the table is big: try it with keel migrate rehearse");
}

}  // namespace

void find_big_tables(Connection& connection, const StatementReader& reader,
                     std::span<const Statement> statements, std::vector<Diagnostic>& findings) {
    std::uint64_t written = 0;
    for (const Statement& statement : statements) {
        for (const SqlAction& action : reader.read(statement.text).actions) {
            const Work work = work_of(action);
            if (work == Work::none || action.object.name.empty()) continue;
            const auto size = size_of(connection, action.object);
            if (!size || size->bytes < big) continue;
            findings.push_back(about(statement, action.object, work, *size));
            if (work != Work::reads && size->is_at_home) written += size->bytes;
        }
    }
    if (written == 0) return;
    // Asked of the socket: a server elsewhere has its files elsewhere.
    const auto folder = connection.query_text(
        "select s.setting from pg_catalog.pg_settings s where s.name = 'data_directory' "
        "and pg_catalog.inet_server_addr() is null");
    if (!folder) return;
    if (auto found = lack_of_room(*folder, written)) findings.push_back(std::move(*found));
}

}  // namespace keel::postgres
