#include "ops/migrate/history.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/error.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "db/transaction.hpp"
#include "ops/kit/marker.hpp"
#include "ops/migrate/step_journal.hpp"

namespace keel {
namespace {

constexpr std::string_view format_key = "migrations_format";
constexpr std::string_view format = "1";

// Texts and 64-bit integers only: types that both engines have under one name.
constexpr std::string_view columns_definition =
    "sequence bigint not null primary key, version text not null, name text not null, "
    "checksum text not null, state text not null, statements bigint not null, "
    "applied_by text not null, applied_at text not null, duration_ms bigint not null, "
    "backup text not null, down_sql text not null, schema_fingerprint text not null";

/// Milliseconds from `start` (UTC, as format_utc writes it) to now, as the engine's own expression.
std::string elapsed_expression(EngineKind kind, const std::string& start) {
    switch (kind) {
        case EngineKind::postgres:
            // The transaction's own start: no clock of another host comes into it.
            return "(extract(epoch from clock_timestamp() - transaction_timestamp()) * "
                   "1000)::bigint";
        case EngineKind::sqlite:
            return fmt::format(
                "max(0, cast(round((julianday('now') - julianday({})) * 86400000) as integer))",
                start);
    }
    return "0";
}

constexpr std::size_t expected_rows = 1024;

AppliedMigration read_row(const Row& row) {
    AppliedMigration applied;
    applied.sequence = row.integer(0);
    applied.version = row.string(1);
    applied.name = row.string(2);
    applied.checksum = row.string(3);
    applied.state = parse_migration_state(row.text(4));
    applied.statements = static_cast<int>(row.integer(5));
    applied.applied_by = row.string(6);
    applied.applied_at = row.string(7);
    applied.duration_ms = row.integer(8);
    applied.backup = row.string(9);
    applied.schema_fingerprint = row.string(10);
    return applied;
}

void check_format(const std::optional<std::string>& found) {
    if (!found || *found == format) return;
    throw Error(ErrorKind::unsupported,
                fmt::format("the migration history has format {}, this keel knows format {}",
                            *found, format))
        .with_hint("a newer keel has written it: use that version");
}

}  // namespace

std::vector<AppliedMigration> History::read(Connection& connection) const {
    std::vector<AppliedMigration> rows;
    rows.reserve(expected_rows);  // memory that is not written to is not taken either
    if (!engine_.inspector().has_internal_table(connection, "migrations")) return rows;
    // The format comes along with each row: another question would cost `status` a trip.
    connection.query(
        fmt::format("select sequence, version, name, checksum, state, statements, applied_by, "
                    "applied_at, duration_ms, backup, schema_fingerprint, "
                    "(select value from {} where key = '{}') from {} order by sequence",
                    engine_.dialect().internal_table("meta"), format_key, table()),
        {}, [&](const Row& row) {
            if (rows.empty() && !row.is_null(11)) check_format(row.string(11));
            rows.push_back(read_row(row));
        });
    if (rows.empty()) check_format(read_meta(connection, engine_, format_key));
    return rows;
}

std::string History::down_sql(Connection& connection, std::int64_t sequence) const {
    const std::array<Value, 1> parameters{sequence};
    return connection
        .query_text(fmt::format("select down_sql from {} where sequence = $1", table()), parameters)
        .value_or("");
}

void History::ensure(Connection& connection) const {
    if (engine_.inspector().has_internal_table(connection, "migrations")) return;
    Transaction transaction(connection);
    for (const std::string& statement : engine_.dialect().internal_setup())
        connection.execute(statement);
    connection.execute(
        fmt::format("create table if not exists {} ({})", table(), columns_definition));
    write_meta(connection, engine_, format_key, format);
    transaction.commit();
}

std::string History::insert_statement(const AppliedMigration& row) const {
    const auto text = [&](const std::string& value) { return engine_.dialect().literal(value); };
    const std::string duration =
        row.state == MigrationState::running || row.state == MigrationState::reverting
            ? "0"
            : elapsed_expression(engine_.kind(), text(row.applied_at));
    return fmt::format(
        "insert into {} (sequence, version, name, checksum, state, statements, applied_by, "
        "applied_at, duration_ms, backup, down_sql, schema_fingerprint) "
        "values ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
        table(), row.sequence, text(row.version), text(row.name), text(row.checksum),
        text(std::string(to_string(row.state))), row.statements, text(row.applied_by),
        text(row.applied_at), duration, text(row.backup), text(row.down_sql),
        text(row.schema_fingerprint));
}

void History::insert_as_it_is(Connection& connection, const AppliedMigration& row) const {
    AppliedMigration begun = row;
    begun.state = MigrationState::running;
    connection.execute(insert_statement(begun));
    update_progress(connection, row);
}

void History::update_progress(Connection& connection, const AppliedMigration& row) const {
    const std::array<Value, 4> parameters{std::string(to_string(row.state)),
                                          std::int64_t{row.statements}, row.duration_ms,
                                          row.sequence};
    connection.execute(fmt::format("update {} set state = $1, statements = $2, duration_ms = $3 "
                                   "where sequence = $4",
                                   table()),
                       parameters);
}

void History::update_text(Connection& connection, const AppliedMigration& row) const {
    const std::array<Value, 3> parameters{row.checksum, row.down_sql, row.sequence};
    connection.execute(
        fmt::format("update {} set checksum = $1, down_sql = $2 where sequence = $3", table()),
        parameters);
}

void History::set_fingerprint(Connection& connection, std::int64_t sequence,
                              std::string_view fingerprint) const {
    const std::array<Value, 2> parameters{std::string(fingerprint), sequence};
    connection.execute(
        fmt::format("update {} set schema_fingerprint = $1 where sequence = $2", table()),
        parameters);
}

void History::remove(Connection& connection, std::int64_t sequence) const {
    const std::array<Value, 1> parameters{sequence};
    connection.execute(fmt::format("delete from {} where sequence = $1", table()), parameters);
}

void History::clear(Connection& connection) const {
    if (!engine_.inspector().has_internal_table(connection, "migrations")) return;
    connection.execute(fmt::format("delete from {}", table()));
    StepJournal(engine_).clear(connection);
}

}  // namespace keel
