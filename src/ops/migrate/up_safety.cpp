#include "ops/migrate/up_safety.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "db/inspector.hpp"
#include "db/statement_reader.hpp"
#include "ops/migrate/history.hpp"

namespace keel {
namespace {

using Names = std::set<TableName>;

/// What it does to rows is in its own text, or in that of a function.
bool is_opaque(ActionKind kind) noexcept {
    constexpr std::array opaque{ActionKind::code_block,    ActionKind::select,
                                ActionKind::other,         ActionKind::drop_schema,
                                ActionKind::rename_schema, ActionKind::attach_database};
    return std::ranges::find(opaque, kind) != opaque.end();
}

/// The tables that the scripts name; nothing when one of them does what cannot be read from it.
std::optional<std::set<SqlName>> names_in(const Engine& engine,
                                          std::span<const Script* const> scripts) {
    std::set<SqlName> names;
    for (const Script* script : scripts) {
        if (script->migration->code) return std::nullopt;
        for (const Statement& statement : script->statements) {
            const ReadStatement read = engine.statement_reader().read(statement.text);
            if (!read.complaint.empty() || read.actions.empty()) return std::nullopt;
            for (const SqlAction& action : read.actions) {
                if (is_opaque(action.kind)) return std::nullopt;
                if (!action.object.name.empty()) names.insert(action.object);
                names.insert(action.others.begin(), action.others.end());
            }
        }
    }
    return names;
}

bool is_meant(const Table& table, const SqlName& name, EngineKind kind) {
    if (kind == EngineKind::sqlite) return equals_ignore_case(table.name, name.name);
    return table.name == name.name && (name.schema.empty() || table.schema == name.schema);
}

bool refers_to_any(const Table& table, const Names& names) {
    return std::ranges::any_of(table.constraints, [&](const Constraint& constraint) {
        return std::ranges::any_of(names, [&](const TableName& parent) {
            return constraint.referenced_table == parent.name ||
                   constraint.referenced_table == parent.schema + "." + parent.name;
        });
    });
}

/// Whoever refers to a table may lose rows with it.
void add_children(const Catalog& catalog, Names& names) {
    for (bool grows = true; grows;) {
        grows = false;
        for (const Table& table : catalog.tables) {
            const TableName child{table.schema, table.name};
            if (names.contains(child) || !refers_to_any(table, names)) continue;
            names.insert(child);
            grows = true;
        }
    }
}

Names touched_tables(OperationContext& context, const std::set<SqlName>& named) {
    Names tables;
    Connection* connection = context.connection_if_exists();
    if (connection == nullptr) return tables;
    const Engine& engine = context.engine();
    const Catalog catalog = engine.inspector().inspect(*connection, {});
    for (const Table& table : catalog.tables)
        for (const SqlName& name : named)
            if (is_meant(table, name, engine.kind())) tables.insert({table.schema, table.name});
    add_children(catalog, tables);
    return tables;
}

/// A migration without a transaction whose step failed: the only thing that stays half done by
/// itself. What was interrupted is gone on with instead.
bool has_failed_step(OperationContext& context) {
    Connection& connection = context.connection();
    if (!connection.is_usable() || connection.in_transaction()) return false;
    const auto rows = History(context.engine()).read(connection);
    return !rows.empty() && rows.back().state == MigrationState::failed;
}

}  // namespace

UpPolicy policy_of(OperationContext& context, const UpTarget& target) {
    const MigrationSettings& settings = context.project().migrations();
    return {.backs_up_always = target.backup || settings.backup == "always",
            .backs_up_tables = settings.backup_scope == "tables",
            .restores_on_failure = target.restore_on_failure || settings.on_failure == "restore"};
}

void plan_backup(OperationContext& context, const UpPolicy& policy,
                 std::span<const Script* const> scripts, Plan& plan) {
    const bool may_stop_half_way =
        std::ranges::any_of(scripts, [](const Script* script) { return !script->transaction; });
    if (policy.backs_up_always || (policy.restores_on_failure && may_stop_half_way))
        plan.backup = Plan::Backup::always;
    const bool is_wanted = plan.backup == Plan::Backup::always || plan.is_destructive();
    // A restore is to find the database as it was, and not some of its tables.
    if (!is_wanted || !policy.backs_up_tables || policy.restores_on_failure) return;
    const auto named = names_in(context.engine(), scripts);
    if (!named) return;
    const Names touched = touched_tables(context, *named);
    plan.touched.assign(touched.begin(), touched.end());
}

void restore_and_throw(OperationContext& context, const Error& failure, OutcomeReport& outcomes) {
    const auto backup = context.safety_backup();
    const bool is_restorable = backup && !context.is_safety_backup_of_tables() &&
                               failure.kind() == ErrorKind::partial &&
                               !context.context().stop.stop_requested();
    Error error = failure;
    try {
        if (!is_restorable || !has_failed_step(context)) throw failure;
        context.context().logger.log(
            Level::notice, fmt::format("{}: restoring backup {}", failure.message(), *backup));
        context.services().safety_backup->restore(context, *backup);
    } catch (const Error& second) {
        if (second.message() == failure.message()) throw failure;
        error.add_trail(fmt::format("restore backup {}: {}", *backup, second.message()));
        throw error;
    }
    outcomes.withdraw();
    error.set_kind(ErrorKind::sql);
    error.set_message(
        fmt::format("{}; the database was put back as backup {} has it, which was "
                    "taken before this run",
                    failure.message(), *backup));
    error.set_hint(
        "mend the migration, try it with keel migrate rehearse, then run keel migrate up "
        "again");
    throw error;
}

}  // namespace keel
