#include "ops/copy/foreign_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "ops/copy/row_pairs.hpp"

namespace keel {
namespace {

std::vector<std::string> primary_key(const Table& table) {
    for (const auto& constraint : table.constraints)
        if (constraint.kind == ConstraintKind::primary_key) return constraint.columns;
    return {};
}

const Table* find_parent(const Catalog& catalog, const std::string& name) {
    for (const auto& table : catalog.tables) {
        const auto full = table.schema.empty() ? table.name : table.schema + '.' + table.name;
        const bool is_same = table.schema.empty() ? equals_ignore_case(full, name) : full == name;
        if (is_same) return &table;
    }
    return nullptr;
}

bool is_among(const Table* table, std::span<const TableId> tables) {
    return std::ranges::find(tables, TableId{table->schema, table->name}) != tables.end();
}

std::string each(const std::vector<std::string>& columns, std::string_view form,
                 std::string_view between, const Dialect& dialect) {
    std::vector<std::string> parts;
    for (const auto& column : columns)
        parts.push_back(fmt::format(fmt::runtime(form), dialect.quote(column)));
    return join(parts, between);
}

}  // namespace

std::string TableReference::shown() const {
    return fmt::format("{} ({}) to {}", shown_name(*child), join(constraint->columns, ", "),
                       shown_name(*parent));
}

std::vector<TableReference> foreign_keys_of(const Catalog& catalog) {
    std::vector<TableReference> keys;
    for (const auto& table : catalog.tables) {
        for (const auto& constraint : table.constraints) {
            if (constraint.kind != ConstraintKind::foreign_key) continue;
            const Table* parent = find_parent(catalog, constraint.referenced_table);
            if (parent == nullptr) continue;
            auto columns = constraint.referenced_columns;
            if (columns.empty()) columns = primary_key(*parent);
            if (columns.size() != constraint.columns.size()) continue;  // a mistake of the schema's
            keys.push_back({.child = &table,
                            .parent = parent,
                            .constraint = &constraint,
                            .parent_columns = std::move(columns)});
        }
    }
    // A reference to a partitioned table is listed again for each of its partitions.
    const auto all = keys;
    std::erase_if(keys, [&](const TableReference& key) {
        if (key.child->kind == TableKind::partition) return true;
        if (key.parent->kind != TableKind::partition) return false;
        return std::ranges::any_of(all, [&](const TableReference& other) {
            return other.child == key.child && other.parent->kind == TableKind::partitioned &&
                   other.constraint->columns == key.constraint->columns;
        });
    });
    return keys;
}

const Table* root_of(const Catalog& catalog, const Table* table) {
    constexpr std::string_view prefix = "partition of ";
    const auto at = table->options.find(prefix);
    if (at == std::string::npos) return table;
    const auto rest = std::string_view(table->options).substr(at + prefix.size());
    for (const auto& parent : catalog.tables) {
        if (parent.kind != TableKind::partitioned) continue;
        for (const std::string_view form : {"{}.{} ", "\"{}\".{} ", "{}.\"{}\" ", "\"{}\".\"{}\" "})
            if (rest.starts_with(fmt::format(fmt::runtime(form), parent.schema, parent.name)))
                return root_of(catalog, &parent);
    }
    return table;
}

std::vector<TableReference> foreign_keys_around(const Catalog& catalog,
                                                std::span<const TableId> tables) {
    auto keys = foreign_keys_of(catalog);
    std::erase_if(keys, [&](const TableReference& key) {
        return !is_among(key.child, tables) && !is_among(key.parent, tables);
    });
    return keys;
}

std::uint64_t count_dangling(Connection& connection, const Dialect& dialect,
                             const TableReference& key) {
    const auto& columns = key.constraint->columns;
    std::vector<std::string> same;
    for (std::size_t i = 0; i < columns.size(); ++i)
        same.push_back(fmt::format("p.{} = c.{}", dialect.quote(key.parent_columns[i]),
                                   dialect.quote(columns[i])));
    const auto missing =
        fmt::format("not exists (select 1 from {} p where {})",
                    dialect.quote(key.parent->schema, key.parent->name), join(same, " and "));
    const auto all = each(columns, "c.{} is not null", " and ", dialect);
    // MATCH FULL wants all columns or none.
    const bool is_full = key.constraint->definition.find("MATCH FULL") != std::string::npos;
    const auto condition =
        is_full ? fmt::format("({}) and (not ({}) or {})",
                              each(columns, "c.{} is not null", " or ", dialect), all, missing)
                : fmt::format("{} and {}", all, missing);
    return static_cast<std::uint64_t>(connection.query_integer(
        fmt::format("select count(*) from {} c where {}",
                    dialect.quote(key.child->schema, key.child->name), condition)));
}

}  // namespace keel
