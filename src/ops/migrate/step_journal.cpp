#include "ops/migrate/step_journal.hpp"

#include <fmt/format.h>

#include <array>

#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "db/transaction.hpp"

namespace keel {
namespace {

constexpr std::string_view columns =
    "sequence, statement, digest, kind, target, state, attempts, before_it, cursor_text, at";

constexpr std::string_view columns_definition =
    "sequence bigint not null, statement bigint not null, digest text not null, "
    "kind text not null, target text not null, state text not null, attempts bigint not null, "
    "before_it text not null, cursor_text text not null, at text not null, "
    "primary key (sequence, statement)";

JournalStep read_step(const Row& row) {
    return {.sequence = row.integer(0),
            .statement = row.integer(1),
            .digest = row.string(2),
            .kind = row.string(3),
            .target = row.string(4),
            .is_done = row.text(5) == "done",
            .attempts = row.integer(6),
            .before = row.string(7),
            .cursor = row.string(8),
            .at = row.string(9)};
}

}  // namespace

bool StepJournal::is_there(Connection& connection) const {
    return engine_.inspector().has_internal_table(connection, "migration_steps");
}

void StepJournal::ensure(Connection& connection) const {
    if (is_there(connection)) return;
    Transaction transaction(connection);
    for (const std::string& statement : engine_.dialect().internal_setup())
        connection.execute(statement);
    connection.execute(
        fmt::format("create table if not exists {} ({})", table(), columns_definition));
    transaction.commit();
}

std::vector<JournalStep> StepJournal::read(Connection& connection, std::int64_t sequence) const {
    std::vector<JournalStep> steps;
    if (!is_there(connection)) return steps;
    const std::array<Value, 1> parameters{sequence};
    connection.query(
        fmt::format("select {} from {} where sequence = $1 order by statement", columns, table()),
        parameters, [&](const Row& row) { steps.push_back(read_step(row)); });
    return steps;
}

void StepJournal::write(Connection& connection, const JournalStep& step) const {
    const std::array<Value, 10> parameters{
        step.sequence, step.statement, step.digest,
        step.kind,     step.target,    std::string(step.is_done ? "done" : "begun"),
        step.attempts, step.before,    step.cursor,
        step.at};
    connection.execute(
        fmt::format("insert into {} ({}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                    "on conflict (sequence, statement) do update set digest = excluded.digest, "
                    "kind = excluded.kind, target = excluded.target, state = excluded.state, "
                    "attempts = excluded.attempts, before_it = excluded.before_it, "
                    "cursor_text = excluded.cursor_text, at = excluded.at",
                    table(), columns),
        parameters);
}

void StepJournal::forget_step(Connection& connection, std::int64_t sequence,
                              std::int64_t statement) const {
    if (!is_there(connection)) return;
    const std::array<Value, 2> parameters{sequence, statement};
    connection.execute(
        fmt::format("delete from {} where sequence = $1 and statement = $2", table()), parameters);
}

void StepJournal::forget(Connection& connection, std::int64_t sequence) const {
    if (!is_there(connection)) return;
    const std::array<Value, 1> parameters{sequence};
    connection.execute(fmt::format("delete from {} where sequence = $1", table()), parameters);
}

void StepJournal::clear(Connection& connection) const {
    if (is_there(connection)) connection.execute(fmt::format("delete from {}", table()));
}

}  // namespace keel
