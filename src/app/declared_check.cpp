#include "app/declared_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

Error wrong(const TableDeclaration& table, std::string what) {
    return Error(ErrorKind::config, fmt::format("model '{}': {}", table.name, what))
        .with_hint("correct the declaration in the application");
}

const ColumnDeclaration* find_column(const TableDeclaration& table, std::string_view name) {
    const auto found = std::ranges::find(table.columns, name, &ColumnDeclaration::name);
    return found == table.columns.end() ? nullptr : &*found;
}

void expect_columns(const TableDeclaration& table, const std::vector<std::string>& names,
                    std::string_view of) {
    if (names.empty()) throw wrong(table, fmt::format("{} names no column", of));
    for (const auto& name : names) {
        if (find_column(table, name) != nullptr) continue;
        std::vector<std::string> known;
        for (const auto& column : table.columns) known.push_back(column.name);
        throw wrong(table, fmt::format("{} names the column '{}', which is not declared{}", of,
                                       name, did_you_mean(name, known)));
    }
}

bool is_whole_number(const ColumnType& type) {
    return type.kind == ColumnType::Kind::small_integer || type.kind == ColumnType::Kind::integer ||
           type.kind == ColumnType::Kind::big_integer;
}

void check_type(const TableDeclaration& table, const ColumnDeclaration& column) {
    const auto& type = column.type;
    if (type.length < 0 || type.precision < 0 || type.scale < 0 || type.scale > type.precision)
        throw wrong(table, fmt::format("the type of '{}' has impossible sizes", column.name));
    const bool is_native = type.kind == ColumnType::Kind::native;
    if (is_native && (type.postgres.empty() || type.sqlite.empty()))
        throw wrong(table,
                    fmt::format("the type of '{}' must be named for both engines", column.name));
}

void check_columns(const TableDeclaration& table) {
    if (table.columns.empty()) throw wrong(table, "it has no columns");
    std::set<std::string> names;
    for (const auto& column : table.columns) {
        if (column.name.empty()) throw wrong(table, "a column has no name");
        if (!names.insert(to_lower(column.name)).second)
            throw wrong(table, fmt::format("the column '{}' is declared twice", column.name));
        check_type(table, column);
        if (column.default_value && (column.identity || column.generated))
            throw wrong(table, fmt::format("'{}' has a default and is given by the engine too",
                                           column.name));
        if (!column.identity) continue;
        if (!is_whole_number(column.type))
            throw wrong(table, fmt::format("the identity '{}' is no integer", column.name));
        if (key_columns(table) != std::vector{column.name})
            throw wrong(table,
                        fmt::format("the identity '{}' is not the primary key", column.name));
    }
}

const TableDeclaration* find_table(const SchemaDeclaration& schema, const std::string& name) {
    for (const auto& table : schema.tables) {
        const auto qualified = table.schema.empty() ? table.name : table.schema + '.' + table.name;
        if (table.name == name || qualified == name) return &table;
    }
    return nullptr;
}

void check_references(const SchemaDeclaration& schema, const TableDeclaration& table) {
    for (const auto& key : table.foreign_keys) {
        expect_columns(table, key.columns, "a foreign key");
        const auto* other = find_table(schema, key.table);
        if (other == nullptr)
            throw wrong(table, fmt::format("a foreign key refers to '{}', which is not declared",
                                           key.table));
        const auto wanted = key.references.empty() ? key_columns(*other) : key.references;
        expect_columns(*other, wanted, fmt::format("a foreign key of '{}'", table.name));
        if (wanted.size() != key.columns.size())
            throw wrong(table, fmt::format("a foreign key has {} and refers to {} of '{}'",
                                           count_of(key.columns.size(), "column"), wanted.size(),
                                           key.table));
    }
}

}  // namespace

std::vector<std::string> key_columns(const TableDeclaration& table) {
    if (!table.primary_key.empty()) return table.primary_key;
    for (const auto& column : table.columns)
        if (column.identity) return {column.name};
    return {};
}

void check_declaration(const SchemaDeclaration& schema) {
    std::set<std::string> names;
    for (const auto& table : schema.tables) {
        if (table.name.empty()) throw wrong(table, "it has no name");
        if (!names.insert(table.schema + '.' + to_lower(table.name)).second)
            throw wrong(table, "it is declared twice");
        check_columns(table);
        if (!table.primary_key.empty()) expect_columns(table, table.primary_key, "the primary key");
        for (const auto& unique : table.uniques) expect_columns(table, unique.columns, "unique");
        for (const auto& index : table.indexes)
            if (index.columns.empty()) throw wrong(table, "an index names no column");
    }
    for (const auto& table : schema.tables) check_references(schema, table);
}

}  // namespace keel
