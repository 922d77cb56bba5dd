#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "base/text.hpp"
#include "engines/sqlite/catalog_reader.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/schema_text.hpp"

namespace keel::sqlite {
namespace {

std::string quoted_list(const std::vector<std::string>& names) {
    std::vector<std::string> quoted;
    for (const auto& name : names) quoted.push_back(quote_name(name));
    return join(quoted, ", ");
}

bool same_columns(const std::vector<std::string>& left, const std::vector<std::string>& right) {
    return std::ranges::equal(left, right, [](const std::string& one, const std::string& other) {
        return equals_ignore_case(one, other);
    });
}

/// The constraint among those the pragmas gave that the text declares. Foreign keys come in the
/// same order on both sides, so the first one that has not been met yet is meant.
Constraint* find_declared(Table& table, const DeclaredConstraint& declared) {
    for (auto& constraint : table.constraints) {
        if (constraint.kind != declared.kind || !same_columns(constraint.columns, declared.columns))
            continue;
        const bool is_met = constraint.definition.find('(') != std::string::npos;
        if (!is_met) return &constraint;
    }
    return nullptr;
}

void complete(Constraint& constraint, bool deferred) {
    const auto columns = quoted_list(constraint.columns);
    if (constraint.kind == ConstraintKind::primary_key) {
        constraint.definition = fmt::format("primary key ({})", columns);
    } else if (constraint.kind == ConstraintKind::unique) {
        constraint.definition = fmt::format("unique ({})", columns);
    } else if (constraint.kind == ConstraintKind::foreign_key) {
        const auto referenced =
            constraint.referenced_columns.empty()
                ? std::string()
                : fmt::format(" ({})", quoted_list(constraint.referenced_columns));
        constraint.definition =
            fmt::format("foreign key ({}) references {}{}{}{}", columns,
                        quote_name(constraint.referenced_table), referenced, constraint.definition,
                        deferred ? " deferrable initially deferred" : "");
    }
}

/// A rowid alias is never null, though no pragma says so.
void mark_rowid_alias(Table& table) {
    if (table.constraints.empty() || table.options.find("without rowid") != std::string::npos)
        return;
    const auto& key = table.constraints.front();
    if (key.kind != ConstraintKind::primary_key || key.columns.size() != 1) return;
    for (auto& column : table.columns) {
        if (column.name == key.columns.front() && equals_ignore_case(column.type, "integer")) {
            column.nullable = false;
        }
    }
}

}  // namespace

void CatalogReader::read_collations(Table& table) {
    if (table.kind == TableKind::virtual_table) return;
    auto* database = static_cast<sqlite3*>(connection_.raw());
    for (auto& column : table.columns) {
        const char* collation = nullptr;
        const int code =
            sqlite3_table_column_metadata(database, "main", table.name.c_str(), column.name.c_str(),
                                          nullptr, &collation, nullptr, nullptr, nullptr);
        if (code != SQLITE_OK || !collation || equals_ignore_case(collation, "binary")) continue;
        column.collation = collation;
    }
    mark_rowid_alias(table);
}

void CatalogReader::read_indexes() {
    connection_.query(
        "select m.name, i.name, i.\"unique\", i.origin, x.name, x.seqno "
        "from sqlite_schema m, pragma_index_list(m.name, 'main') i, pragma_index_xinfo(i.name, "
        "'main') x "
        "where m.type = 'table' and x.key = 1 order by m.name, i.name, x.seqno",
        {}, [&, items = std::vector<std::string>()](const Row& row) mutable {
            Table* table = find(row.text(0));
            if (!table) return;
            if (row.integer(5) == 0) {
                Index index;
                index.name = row.string(1);
                index.table = table->name;
                index.definition = index_sql_[index.name];
                index.unique = row.boolean(2);
                index.primary = row.text(3) == "pk";
                items = read_index_items(index.definition);
                table->indexes.push_back(std::move(index));
                if (row.text(3) == "u") {
                    table->constraints.emplace_back().kind = ConstraintKind::unique;
                }
            }
            auto& index = table->indexes.back();
            const auto position = index.columns.size();
            const bool is_expression = row.is_null(4) && position < items.size();
            index.columns.push_back(is_expression ? items[position] : row.string(4));
            if (row.text(3) == "u") table->constraints.back().columns = index.columns;
        });
}

void CatalogReader::add_declared_constraints(Table& table) {
    if (table.kind == TableKind::virtual_table) return;
    for (const auto& declared : read_create_table(table_sql_[table.name]).constraints) {
        if (declared.kind == ConstraintKind::check) {
            auto& check = table.constraints.emplace_back();
            check.name = declared.name;
            check.kind = ConstraintKind::check;
            check.definition = fmt::format("check ({})", declared.expression);
        } else if (Constraint* known = find_declared(table, declared)) {
            known->name = declared.name;
            complete(*known, declared.deferred);
        }
    }
    for (auto& constraint : table.constraints) {
        if (constraint.definition.find('(') == std::string::npos) complete(constraint, false);
    }
}

}  // namespace keel::sqlite
