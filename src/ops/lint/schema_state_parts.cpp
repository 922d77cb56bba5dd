#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "ops/lint/schema_state.hpp"
#include "ops/lint/type_names.hpp"

namespace keel::lint {
namespace {

void rename_in(std::vector<std::string>& columns, const std::string& from, const std::string& to) {
    std::ranges::replace(columns, from, to);
}

void rename_column(TableState& table, const std::string& from, const std::string& to) {
    if (SqlColumn* column = table.column(from)) column->name = to;
    for (auto& constraint : table.constraints) {
        rename_in(constraint.columns, from, to);
        rename_in(constraint.not_null, from, to);
    }
    for (auto& index : table.indexes) rename_in(index.keys, from, to);
}

void drop_column(TableState& table, const std::string& name) {
    const auto uses = [&](const std::vector<std::string>& columns) {
        return std::ranges::find(columns, name) != columns.end();
    };
    std::erase_if(table.columns, [&](const auto& column) { return column.name == name; });
    std::erase_if(table.constraints, [&](const auto& one) { return uses(one.columns); });
    std::erase_if(table.indexes, [&](const auto& index) { return uses(index.keys); });
}

void drop_constraint(TableState& table, const std::string& name) {
    std::erase_if(table.constraints, [&](const auto& one) { return one.name == name; });
    std::erase_if(table.indexes,
                  [&](const auto& index) { return index.of_constraint && index.name == name; });
}

void change_column(SqlColumn& column, const SqlAction& action) {
    if (action.kind == ActionKind::set_type) column.type = action.type;
    if (action.kind == ActionKind::set_default) column.default_kind = action.default_kind;
    if (action.kind == ActionKind::drop_default) column.default_kind = DefaultKind::none;
    if (action.kind == ActionKind::set_not_null) column.not_null = true;
    if (action.kind == ActionKind::drop_not_null) column.not_null = false;
    if (action.kind == ActionKind::add_identity) column.identity = true;
    if (action.kind == ActionKind::drop_identity) column.identity = false;
}

}  // namespace

bool SchemaState::apply_to_table(const SqlAction& action) {
    const bool moves_partition =
        action.kind == ActionKind::attach_partition || action.kind == ActionKind::detach_partition;
    if (moves_partition) return apply_to_partition(action), true;
    const bool is_part =
        action.kind >= ActionKind::add_column && action.kind <= ActionKind::rename_constraint;
    const bool is_trigger =
        action.kind == ActionKind::create_trigger || action.kind == ActionKind::drop_trigger;
    if (!is_part && !is_trigger) return false;
    if (action.kind == ActionKind::drop_trigger && action.object.name.empty()) {
        for (const auto& [name, table] : std::map(tables_))
            if (table->triggers.contains(action.name)) edit(name)->triggers.erase(action.name);
        return true;
    }
    TableState* table = edit(action.object);
    if (table == nullptr) return true;
    if (action.kind == ActionKind::create_trigger) table->triggers.insert(action.name);
    if (action.kind == ActionKind::drop_trigger) table->triggers.erase(action.name);
    if (action.kind == ActionKind::add_column)
        for (const auto& column : action.columns) add_column(*table, column);
    if (action.kind == ActionKind::drop_column) drop_column(*table, action.name);
    if (action.kind == ActionKind::rename_column)
        rename_column(*table, action.name, action.new_name);
    if (action.kind == ActionKind::add_constraint)
        for (const auto& constraint : action.constraints) add_constraint(*table, constraint);
    if (action.kind == ActionKind::drop_constraint) drop_constraint(*table, action.name);
    for (auto& constraint : table->constraints) {
        if (constraint.name != action.name) continue;
        if (action.kind == ActionKind::validate_constraint) constraint.not_valid = false;
        if (action.kind == ActionKind::rename_constraint) constraint.name = action.new_name;
    }
    if (SqlColumn* column = table->column(action.name)) change_column(*column, action);
    return true;
}

void SchemaState::apply_to_partition(const SqlAction& action) {
    if (action.others.empty()) return;
    TableState* part = edit(action.others.front());
    if (part == nullptr) return;
    part->parent.reset();
    if (action.kind == ActionKind::attach_partition) part->parent = known_name(action.object);
}

bool SchemaState::apply_to_index(const SqlAction& action) {
    if (action.kind == ActionKind::create_index) {
        TableState* table = edit(action.object);
        if (table != nullptr)
            table->indexes.push_back({.name = action.name,
                                      .keys = action.keys,
                                      .unique = action.unique,
                                      .partial = action.partial,
                                      .method = action.new_name});
        return true;
    }
    if (action.kind != ActionKind::drop_index && action.kind != ActionKind::rename_index)
        return false;
    const std::string& wanted =
        action.kind == ActionKind::drop_index ? action.name : action.object.name;
    const TableState* owner = table_of_index(wanted);
    if (owner == nullptr) return true;
    TableState* table = edit(owner->name);
    if (action.kind == ActionKind::drop_index)
        std::erase_if(table->indexes, [&](const auto& index) { return index.name == wanted; });
    else
        for (auto& index : table->indexes)
            if (index.name == wanted) index.name = action.new_name;
    return true;
}

void SchemaState::apply_to_names(const SqlAction& action, int file) {
    const std::string name = known_name(action.object).text();
    if (action.kind == ActionKind::create_enum) names_.enums[name] = action.values;
    if (action.kind == ActionKind::add_enum_value) names_.enums[name].push_back(action.name);
    if (action.kind == ActionKind::rename_enum_value)
        std::ranges::replace(names_.enums[name], action.name, action.new_name);
    if (action.kind == ActionKind::create_domain)
        names_.domains[name] = !action.constraints.empty();
    if (action.kind == ActionKind::add_domain_constraint) names_.domains[name] = true;
    if (action.kind == ActionKind::drop_type) {
        names_.enums.erase(name);
        names_.domains.erase(name);
    }
    const bool is_materialized = action.kind == ActionKind::create_materialized_view;
    if (action.kind == ActionKind::create_view || is_materialized)
        names_.views[name] = action.others;
    if (is_materialized) {
        names_.materialized_views.insert(name);
        create_table(action, file);
    }
    if (action.kind == ActionKind::drop_view || action.kind == ActionKind::drop_materialized_view) {
        names_.views.erase(name);
        names_.materialized_views.erase(name);
        if (action.kind == ActionKind::drop_materialized_view) drop_table(action.object);
    }
    if (action.kind == ActionKind::create_routine) names_.routines[name].insert(action.signature);
    if (action.kind == ActionKind::drop_routine) {
        auto& signatures = names_.routines[name];
        if (action.signature.empty() && !signatures.contains("")) signatures.clear();
        signatures.erase(action.signature);
        if (signatures.empty()) names_.routines.erase(name);
    }
    if (action.kind != ActionKind::drop_schema) return;
    std::erase_if(tables_, [&](const auto& entry) { return entry.first.schema == name; });
}

}  // namespace keel::lint
