#include "ops/lint/lock_effect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace keel::lint {
namespace {

using enum LockMode;

using Plain = std::pair<ActionKind, LockMode>;
// What takes its lock and does nothing to the rows.
constexpr std::array plain_locks = std::to_array<Plain>({
    {ActionKind::drop_column, access_exclusive},
    {ActionKind::rename_column, access_exclusive},
    {ActionKind::rename_table, access_exclusive},
    {ActionKind::rename_constraint, access_exclusive},
    {ActionKind::set_default, access_exclusive},
    {ActionKind::drop_default, access_exclusive},
    {ActionKind::drop_not_null, access_exclusive},
    {ActionKind::add_identity, access_exclusive},
    {ActionKind::drop_identity, access_exclusive},
    {ActionKind::drop_constraint, access_exclusive},
    {ActionKind::drop_table, access_exclusive},
    {ActionKind::drop_trigger, access_exclusive},
    {ActionKind::drop_materialized_view, access_exclusive},
    {ActionKind::set_storage, access_exclusive},
    {ActionKind::set_owner, access_exclusive},
    {ActionKind::set_replica_identity, access_exclusive},
    {ActionKind::set_inheritance, access_exclusive},
    {ActionKind::row_security, access_exclusive},
    {ActionKind::create_policy, access_exclusive},
    {ActionKind::other_alter_table, access_exclusive},
    {ActionKind::create_trigger, share_row_exclusive},
    {ActionKind::switch_trigger, share_row_exclusive},
    {ActionKind::set_statistics, share_update_exclusive},
    {ActionKind::insert, row_exclusive},
    {ActionKind::update, row_exclusive},
    {ActionKind::delete_rows, row_exclusive},
    {ActionKind::merge, row_exclusive},
    {ActionKind::copy_in, row_exclusive},
});

// What writes the whole table anew, whatever is in it.
constexpr std::array rewriting = std::to_array<ActionKind>({
    ActionKind::set_persistence,
    ActionKind::set_access_method,
    ActionKind::set_tablespace,
    ActionKind::cluster,
    ActionKind::vacuum_full,
    ActionKind::truncate,
});

void add_references(const TableState& table, LockMode mode, LockEffect& effect) {
    for (const auto& constraint : table.constraints) {
        if (!constraint.references || known_name(constraint.references->table) == table.name)
            continue;
        effect.others.emplace_back(known_name(constraint.references->table), mode);
    }
}

void judge_constraint(const SqlConstraint& constraint, const TableState* table,
                      LockEffect& effect) {
    if (constraint.kind == ConstraintKind::foreign_key) {
        effect.mode = share_row_exclusive;
        effect.scans = !constraint.not_valid;
        effect.others.emplace_back(known_name(constraint.references->table), share_row_exclusive);
        return;
    }
    effect.mode = access_exclusive;
    effect.scans = !constraint.not_valid && constraint.using_index.empty();
    const bool takes_index = !constraint.using_index.empty();
    if (!takes_index || constraint.kind != ConstraintKind::primary_key || table == nullptr) return;
    for (const auto& index : table->indexes) {
        if (index.name != constraint.using_index) continue;
        effect.scans = !std::ranges::all_of(
            index.keys, [&](const auto& key) { return table->proves_not_null(key); });
        if (effect.scans) effect.reason = "its columns may hold nulls, so all rows are looked at";
    }
}

/// Why adding the column writes every row; empty when it does not.
std::string reason_to_rewrite(const SqlColumn& column, const SchemaState& state) {
    if (column.serial) return "each row gets its own number";
    if (column.identity) return "each row gets its own identity";
    if (column.generated_stored) return "each row gets its own computed value";
    if (column.default_kind == DefaultKind::per_row)
        return fmt::format("{}() is worked out for each row", column.default_function);
    if (column.default_kind == DefaultKind::own_function)
        return fmt::format(
            "{}() is worked out for each row, unless it is declared stable or immutable",
            column.default_function);
    const auto domain = state.names().domains.find(column.type.name);
    const bool has_value =
        column.default_kind == DefaultKind::constant || column.default_kind == DefaultKind::stable;
    if (domain != state.names().domains.end() && domain->second && has_value)
        return fmt::format("the domain {} has a constraint", column.type.name);
    return "";
}

void judge_new_column(const SqlColumn& column, const SchemaState& state, LockEffect& effect) {
    effect.mode = access_exclusive;
    effect.reason = reason_to_rewrite(column, state);
    effect.rewrites = effect.scans = !effect.reason.empty();
    for (const auto& constraint : column.constraints) {
        if (constraint.kind == ConstraintKind::foreign_key) {
            effect.others.emplace_back(known_name(constraint.references->table),
                                       share_row_exclusive);
            const bool has_value = column.default_kind != DefaultKind::none &&
                                   column.default_kind != DefaultKind::null;
            effect.scans = effect.scans || has_value;
        } else {
            effect.scans = true;
        }
    }
}

void judge_validation(const SqlAction& action, const TableState* table, LockEffect& effect) {
    effect.mode = share_update_exclusive;
    effect.scans = true;
    const SqlConstraint* constraint = table == nullptr ? nullptr : table->constraint(action.name);
    if (constraint != nullptr && constraint->references)
        effect.others.emplace_back(known_name(constraint->references->table), row_share);
}

void judge_partition(const SqlAction& action, const SchemaState& state, LockEffect& effect) {
    if (action.kind == ActionKind::create_partition) {
        for (const auto& parent : action.others)
            effect.others.emplace_back(known_name(parent), access_exclusive);
        return;
    }
    effect.mode = share_update_exclusive;
    const bool detaches = action.kind == ActionKind::detach_partition;
    if (detaches && !action.concurrently) effect.mode = access_exclusive;
    for (const auto& part : action.others) {
        effect.others.emplace_back(known_name(part), access_exclusive);
        const TableState* child = state.table(part);
        const bool has_check =
            child != nullptr && std::ranges::any_of(child->constraints, [](auto& c) {
                return c.kind == ConstraintKind::check && !c.not_valid;
            });
        effect.scans = !detaches && !has_check;
    }
}

void judge_type(const SqlAction& action, const TableState* table, LockEffect& effect) {
    effect.mode = access_exclusive;
    const SqlColumn* column = table == nullptr ? nullptr : table->column(action.name);
    effect.rewrites = column == nullptr || action.has_using ||
                      judge_type_change(column->type, action.type) == TypeChange::rewrite;
    effect.scans = effect.rewrites;
}

void judge_domain(const SqlAction& action, const SchemaState& state, LockEffect& effect) {
    const bool is_checked = action.constraints.empty() || !action.constraints.front().not_valid;
    if (!is_checked) return;
    for (const TableState* table : state.tables_with_type(action.object.text()))
        effect.others.emplace_back(table->name, share);
    effect.scans = !effect.others.empty();
}

void judge_index(const SqlAction& action, const SchemaState& state, LockEffect& effect) {
    effect.scans = action.kind != ActionKind::drop_index;
    effect.mode = action.kind == ActionKind::drop_index ? access_exclusive : share;
    if (action.concurrently) effect.mode = share_update_exclusive;
    if (action.kind != ActionKind::create_index || !action.recursive) return;
    for (const TableState* part : state.partitions_of(action.object))
        effect.others.emplace_back(part->name, effect.mode);
}

void judge_removal(const SqlAction& action, const TableState* table, const SchemaState& state,
                   LockEffect& effect) {
    if (table == nullptr) return;
    if (action.kind == ActionKind::drop_table) {
        add_references(*table, access_exclusive, effect);
        for (const TableState* child : state.referencing(table->name))
            effect.others.emplace_back(child->name, access_exclusive);
        for (const auto& [view, tables] : state.names().views) {
            const bool goes = action.cascade && state.names().materialized_views.contains(view) &&
                              std::ranges::find(tables, table->name) != tables.end();
            if (goes) effect.others.emplace_back(SqlName{"", view}, access_exclusive);
        }
        return;
    }
    for (const auto& constraint : table->constraints) {
        const bool goes =
            action.kind == ActionKind::drop_constraint
                ? constraint.name == action.name
                : std::ranges::find(constraint.columns, action.name) != constraint.columns.end();
        if (goes && constraint.references)
            effect.others.emplace_back(known_name(constraint.references->table), access_exclusive);
    }
}

void judge_references(const SqlAction& action, LockEffect& effect) {
    const auto judge = [&](const SqlConstraint& constraint) {
        if (constraint.references)
            effect.others.emplace_back(known_name(constraint.references->table),
                                       share_row_exclusive);
    };
    for (const auto& column : action.columns) std::ranges::for_each(column.constraints, judge);
    std::ranges::for_each(action.constraints, judge);
}

}  // namespace

std::string_view to_string(LockMode mode) noexcept {
    constexpr std::array<std::string_view, 9> words = {
        "no lock", "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE",
        "SHARE",   "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};
    return words[static_cast<std::size_t>(mode)];
}

std::string_view who_waits(LockMode mode) noexcept {
    if (mode == access_exclusive) return "reads and writes wait";
    return mode >= share ? "writes wait" : "nobody's reads or writes wait";
}

LockEffect lock_effect(const SqlAction& action, const SchemaState& state) {
    LockEffect effect;
    const ActionKind kind = action.kind;
    const TableState* table = state.table(action.object);
    if (table == nullptr && !action.name.empty()) table = state.table_of_index(action.name);
    const auto plain = std::ranges::find(plain_locks, kind, &Plain::first);
    if (plain != plain_locks.end()) effect.mode = plain->second;
    if (std::ranges::find(rewriting, kind) != rewriting.end()) {
        effect.mode = access_exclusive;
        effect.rewrites = true;
    }
    if (kind == ActionKind::drop_table || kind == ActionKind::drop_constraint ||
        kind == ActionKind::drop_column)
        judge_removal(action, table, state, effect);
    if (kind == ActionKind::add_column && !action.columns.empty())
        judge_new_column(action.columns.front(), state, effect);
    if (kind == ActionKind::add_constraint && !action.constraints.empty())
        judge_constraint(action.constraints.front(), table, effect);
    if (kind == ActionKind::validate_constraint) judge_validation(action, table, effect);
    if (kind == ActionKind::set_type) judge_type(action, table, effect);
    if (kind == ActionKind::set_not_null) {
        effect.mode = access_exclusive;
        effect.scans = table == nullptr || !table->proves_not_null(action.name);
    }
    if (kind == ActionKind::create_partition || kind == ActionKind::attach_partition ||
        kind == ActionKind::detach_partition)
        judge_partition(action, state, effect);
    if (kind == ActionKind::add_domain_constraint || kind == ActionKind::set_domain_not_null)
        judge_domain(action, state, effect);
    if (kind == ActionKind::create_index || kind == ActionKind::drop_index ||
        kind == ActionKind::reindex)
        judge_index(action, state, effect);
    if (kind == ActionKind::refresh_materialized_view) {
        effect.mode = action.concurrently ? exclusive : access_exclusive;
        effect.rewrites = !action.concurrently;
        effect.scans = true;
    }
    if (kind == ActionKind::create_table) judge_references(action, effect);
    return effect;
}

}  // namespace keel::lint
