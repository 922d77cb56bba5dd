#include "ops/lint/schema_state.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/lint/type_names.hpp"

namespace keel::lint {
namespace {

/// The name PostgreSQL gives a constraint that has none.
std::string default_name(const TableState& table, const SqlConstraint& constraint) {
    std::string name = table.name.name;
    if (constraint.kind == ConstraintKind::primary_key) return name + "_pkey";
    std::vector<std::string> columns;
    for (const auto& column : constraint.columns)
        if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    const bool is_check = constraint.kind == ConstraintKind::check;
    if (!is_check || columns.size() == 1)
        for (const auto& column : columns) name += "_" + column;
    if (constraint.kind == ConstraintKind::foreign_key) return name + "_fkey";
    if (is_check) return name + "_check";
    return name + (constraint.kind == ConstraintKind::exclusion ? "_excl" : "_key");
}

bool has_index(const SqlConstraint& constraint) noexcept {
    return constraint.kind == ConstraintKind::primary_key ||
           constraint.kind == ConstraintKind::unique ||
           constraint.kind == ConstraintKind::exclusion;
}

template <typename Table>
auto* find_column(Table& table, std::string_view name) noexcept {
    const auto found = std::ranges::find(table.columns, name, &SqlColumn::name);
    return found == table.columns.end() ? nullptr : &*found;
}

}  // namespace

SqlName known_name(const SqlName& name) {
    return name.schema == "public" ? SqlName{"", name.name} : name;
}

const SqlColumn* TableState::column(std::string_view wanted) const noexcept {
    return find_column(*this, wanted);
}
SqlColumn* TableState::column(std::string_view wanted) noexcept {
    return find_column(*this, wanted);
}

const SqlConstraint* TableState::constraint(std::string_view wanted) const noexcept {
    const auto found = std::ranges::find(constraints, wanted, &SqlConstraint::name);
    return found == constraints.end() ? nullptr : &*found;
}

bool TableState::proves_not_null(std::string_view wanted) const noexcept {
    const SqlColumn* known = column(wanted);
    if (known != nullptr && known->not_null) return true;
    return std::ranges::any_of(constraints, [&](const SqlConstraint& constraint) {
        const bool is_valid_check =
            constraint.kind == ConstraintKind::check && !constraint.not_valid;
        const bool is_key = constraint.kind == ConstraintKind::primary_key;
        return (is_valid_check &&
                std::ranges::find(constraint.not_null, wanted) != constraint.not_null.end()) ||
               (is_key &&
                std::ranges::find(constraint.columns, wanted) != constraint.columns.end());
    });
}

bool TableState::has_primary_key() const noexcept {
    return std::ranges::any_of(
        constraints, [](const auto& one) { return one.kind == ConstraintKind::primary_key; });
}

bool TableState::autoincrement() const noexcept {
    return std::ranges::any_of(columns, &SqlColumn::autoincrement);
}

bool TableState::has_unique_over(const std::vector<std::string>& wanted) const {
    auto sorted = wanted;
    std::ranges::sort(sorted);
    const auto fits = [&](std::vector<std::string> keys) {
        std::ranges::sort(keys);
        return keys == sorted;
    };
    for (const auto& constraint : constraints)
        if (has_index(constraint) && fits(constraint.columns)) return true;
    for (const auto& index : indexes)
        if (index.unique && !index.partial && fits(index.keys)) return true;
    return false;
}

const TableState* SchemaState::table(const SqlName& name) const noexcept {
    const auto found = tables_.find(known_name(name));
    return found == tables_.end() ? nullptr : found->second.get();
}

const TableState* SchemaState::table_of_index(std::string_view index) const noexcept {
    for (const auto& [name, table] : tables_)
        for (const auto& one : table->indexes)
            if (one.name == index) return table.get();
    return nullptr;
}

std::vector<const TableState*> SchemaState::referencing(const SqlName& name) const {
    std::vector<const TableState*> found;
    const SqlName wanted = known_name(name);
    for (const auto& [own, table] : tables_) {
        const bool refers = std::ranges::any_of(table->constraints, [&](const auto& constraint) {
            return constraint.references && known_name(constraint.references->table) == wanted;
        });
        if (refers && own != wanted) found.push_back(table.get());
    }
    return found;
}

std::vector<const TableState*> SchemaState::partitions_of(const SqlName& name) const {
    std::vector<const TableState*> found;
    const SqlName wanted = known_name(name);
    for (const auto& [own, table] : tables_)
        if (table->parent == wanted) found.push_back(table.get());
    return found;
}

std::vector<const TableState*> SchemaState::tables_with_type(std::string_view type) const {
    std::vector<const TableState*> found;
    for (const auto& [name, table] : tables_) {
        if (std::ranges::any_of(table->columns,
                                [&](const auto& column) { return column.type.name == type; }))
            found.push_back(table.get());
    }
    return found;
}

TableState* SchemaState::edit(const SqlName& name) {
    const auto found = tables_.find(known_name(name));
    if (found == tables_.end()) return nullptr;
    auto copy = std::make_shared<TableState>(*found->second);
    TableState* result = copy.get();
    found->second = std::move(copy);
    return result;
}

void SchemaState::add_constraint(TableState& table, SqlConstraint constraint) const {
    if (constraint.name.empty()) constraint.name = default_name(table, constraint);
    constraint.offset = constraint.end = 0;
    if (!constraint.using_index.empty()) {
        for (auto& index : table.indexes) {
            if (index.name != constraint.using_index) continue;
            constraint.columns = index.keys;
            index.name = constraint.name;
            index.of_constraint = true;
        }
    } else if (has_index(constraint)) {
        table.indexes.push_back({.name = constraint.name,
                                 .keys = constraint.columns,
                                 .unique = constraint.kind != ConstraintKind::exclusion,
                                 .method = {},
                                 .of_constraint = true});
    }
    if (constraint.kind == ConstraintKind::primary_key && engine_ == EngineKind::postgres) {
        for (const auto& name : constraint.columns)
            if (SqlColumn* column = table.column(name)) column->not_null = true;
    }
    table.constraints.push_back(std::move(constraint));
}

void SchemaState::add_column(TableState& table, const SqlColumn& column) const {
    if (table.column(column.name) != nullptr) return;
    table.columns.push_back(column);
    SqlColumn& own = table.columns.back();
    own.constraints.clear();
    own.offset = own.type_offset = 0;
    for (const auto& constraint : column.constraints) add_constraint(table, constraint);
}

void SchemaState::create_table(const SqlAction& action, int file) {
    const SqlName name = known_name(action.object);
    if (action.temporary || tables_.contains(name)) return;
    TableState table;
    table.name = name;
    table.made_in = file;
    table.partitioned = action.partitioned;
    if (action.kind == ActionKind::create_partition && !action.others.empty())
        table.parent = known_name(action.others.front());
    table.strict = action.strict;
    table.without_rowid = action.without_rowid;
    table.complete =
        action.kind == ActionKind::create_table && action.others.empty() && !action.columns.empty();
    for (const auto& column : action.columns) add_column(table, column);
    for (const auto& constraint : action.constraints) add_constraint(table, constraint);
    tables_[name] = std::make_shared<const TableState>(std::move(table));
}

void SchemaState::drop_table(const SqlName& name) {
    const SqlName known = known_name(name);
    tables_.erase(known);
    if (engine_ != EngineKind::postgres) return;
    for (const TableState* child : referencing(known)) {
        TableState* table = edit(child->name);
        std::erase_if(table->constraints, [&](const SqlConstraint& constraint) {
            return constraint.references && known_name(constraint.references->table) == known;
        });
    }
}

void SchemaState::rename_table(const SqlName& from, const std::string& to) {
    const SqlName known = known_name(from);
    const auto found = tables_.find(known);
    if (found == tables_.end()) return;
    const SqlName target{known.schema, to};
    for (const TableState* child : referencing(known)) {
        for (auto& constraint : edit(child->name)->constraints) {
            if (constraint.references && known_name(constraint.references->table) == known)
                constraint.references->table = target;
        }
    }
    TableState renamed = *found->second;
    renamed.name = target;
    tables_.erase(found);
    tables_[target] = std::make_shared<const TableState>(std::move(renamed));
}

void SchemaState::apply(const SqlAction& action, int file) {
    const bool creates = action.kind == ActionKind::create_table ||
                         action.kind == ActionKind::create_table_as ||
                         action.kind == ActionKind::create_partition;
    if (creates) return create_table(action, file);
    if (action.kind == ActionKind::drop_table) return drop_table(action.object);
    if (action.kind == ActionKind::rename_table)
        return rename_table(action.object, action.new_name);
    if (!apply_to_table(action) && !apply_to_index(action)) apply_to_names(action, file);
}

}  // namespace keel::lint
