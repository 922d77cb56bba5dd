#include "ops/migrate/rehearsal.hpp"

#include <fmt/format.h>

#include "ops/migrate/executor.hpp"

namespace keel {

Rehearsal::Rehearsal(OperationContext& context, const RehearsalClone& clone,
                     std::int64_t last_sequence)
    : context_(context),
      connection_(std::make_unique<ObservedConnection>(clone.connect(), context.engine())),
      run_{.engine = context.engine(),
           .context = context.context(),
           .connection = [this]() -> Connection& { return *connection_; },
           .reconnect = [this, &clone]() -> Connection& {
               connection_ =
                   std::make_unique<ObservedConnection>(clone.connect(), context_.engine());
               return *connection_;
           },
           .another = {},
           .actor = "rehearsal",
           .backup = {},
           .lock_timeout = context.environment().session.lock_timeout,
           .extensions = context.services().extensions,
           .is_for_real = false},
      sequence_(last_sequence) {
    History(run_.engine).ensure(*connection_);
    connection_->forget();
}

std::chrono::microseconds Rehearsal::run(const Script& script, AppliedMigration row) {
    connection_->forget();
    MigrationExecutor(run_).execute(script, {.row = std::move(row), .with_fingerprint = false});
    return connection_->worked();
}

RehearsedMigration Rehearsal::rehearse(const Migration& migration) {
    const Script up = compile_script(migration, Direction::up, run_.engine);
    if (!state_) state_ = read_content(*connection_, run_.engine, run_.context);
    const ContentState before = *state_;
    RehearsedMigration result{
        .version = migration.version, .name = migration.name, .checksum = migration.checksum};
    result.rows_before = before.rows();
    result.schema_before = before.schema;
    for (const auto& [name, content] : before.tables) result.tables.emplace(name, content.rows);
    result.up = run(up, row_of_up(up, ++sequence_));
    result.locks = connection_->locks();
    result.statements = connection_->statements();
    // The executor's own last statement is the history's row.
    std::erase_if(result.statements, [&](const ObservedStatement& statement) {
        return statement.number > static_cast<int>(up.statements.size());
    });
    state_ = read_content(*connection_, run_.engine, run_.context);
    result.rows_after = state_->rows();
    result.schema_after = state_->schema;
    if (migration.has_down()) undo(migration, up, before, result);
    return result;
}

void Rehearsal::undo(const Migration& migration, const Script& up, const ContentState& before,
                     RehearsedMigration& result) {
    try {
        const Script down = compile_script(migration, Direction::down, run_.engine);
        const AppliedMigration applied = row_of_up(up, sequence_);
        result.down = run(down, row_of_down(applied, ++sequence_));
    } catch (const Error& error) {
        result.failure = error;
        result.schema_restored = false;
        is_stuck_ = error.kind() == ErrorKind::partial || !connection_->is_usable();
        return;
    }
    compare(before, result);
    redo(up, *state_, result);
}

void Rehearsal::compare(const ContentState& wanted, RehearsedMigration& result) {
    const ContentState restored = read_content(*connection_, run_.engine, run_.context);
    result.schema_restored = restored.schema == wanted.schema;
    result.not_restored = changed_tables(wanted, restored);
    result.data_restored = result.not_restored.empty();
}

void Rehearsal::redo(const Script& up, const ContentState& after, RehearsedMigration& result) {
    try {
        result.up_again = run(up, row_of_up(up, ++sequence_));
    } catch (const Error& error) {
        result.failure = error;
        is_stuck_ = true;
        return;
    }
    state_ = read_content(*connection_, run_.engine, run_.context);
    if (state_->schema == after.schema) return;
    result.failure =
        Error(ErrorKind::integrity,
              fmt::format("{} leaves another schema when it is applied again", up.label()))
            .with_hint("its down leaves something behind that its up then meets");
}

}  // namespace keel
