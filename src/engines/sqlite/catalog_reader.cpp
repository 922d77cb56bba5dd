#include "engines/sqlite/catalog_reader.hpp"

#include <fmt/format.h>

#include <set>

#include "base/text.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/schema_text.hpp"

namespace keel::sqlite {
namespace {

template <typename Named>
std::vector<Named> values_of(std::map<std::string, Named, std::less<>>& by_name) {
    std::vector<Named> values;
    for (auto& entry : by_name) values.push_back(std::move(entry.second));
    return values;
}

bool is_systems(std::string_view name) {
    return starts_with_ignore_case(name, "sqlite_");
}

std::string generated_kind(std::int64_t hidden) {
    if (hidden == 2) return "virtual";
    return hidden == 3 ? "stored" : "";
}

}  // namespace

Catalog CatalogReader::read() {
    Catalog catalog;
    if (!options_.schema.empty() && !equals_ignore_case(options_.schema, "main")) return catalog;
    read_objects();
    read_table_kinds();
    read_columns();
    read_virtual_columns();
    read_indexes();
    read_foreign_keys();
    if (options_.rows == RowCounts::estimate) read_estimates();
    for (auto& [name, table] : tables_) {
        read_collations(table);
        add_declared_constraints(table);
        if (options_.rows == RowCounts::exact) read_rows(table);
    }
    if (options_.sizes) read_sizes();
    catalog.tables = values_of(tables_);
    catalog.views = values_of(views_);
    return catalog;
}

bool CatalogReader::is_wanted(const std::string& name) const {
    if (is_systems(name)) return false;
    if (!options_.include_internal && is_internal_table(name)) return false;
    return options_.table.empty() || equals_ignore_case(options_.table, name);
}

Table* CatalogReader::find(std::string_view name) {
    const auto found = tables_.find(name);
    return found == tables_.end() ? nullptr : &found->second;
}

void CatalogReader::read_objects() {
    connection_.query("select type, name, tbl_name, sql from sqlite_schema order by type, name", {},
                      [&](const Row& row) { add_object(row); });
    // Triggers come before the tables and views in that order, so they find their place here. Their
    // table's name is as the trigger was written, whatever its case.
    for (auto& trigger : triggers_) {
        for (auto& [name, table] : tables_) {
            if (equals_ignore_case(name, trigger.table)) table.triggers.push_back(trigger);
        }
        for (auto& [name, view] : views_) {
            if (equals_ignore_case(name, trigger.table)) view.triggers.push_back(trigger);
        }
    }
}

void CatalogReader::add_object(const Row& row) {
    const auto type = row.text(0);
    const auto name = row.string(1);
    if (type == "index") index_sql_[name] = row.string(3);
    if (type == "trigger" && is_wanted(row.string(2))) {
        triggers_.push_back({name, row.string(2), row.string(3), true});
    }
    if ((type != "table" && type != "view") || !is_wanted(name)) return;
    if (type == "view") {
        auto& view = views_[name];
        view.name = name;
        view.definition = row.string(3);
        return;
    }
    tables_[name].name = name;
    table_sql_[name] = row.string(3);
}

void CatalogReader::read_table_kinds() {
    connection_.query("select name, type, wr, strict from pragma_table_list where schema = 'main'",
                      {}, [&](const Row& row) {
                          // The storage of a virtual table is no table of the user's.
                          if (row.text(1) == "shadow") tables_.erase(row.string(0));
                          Table* table = find(row.text(0));
                          if (!table) return;
                          const auto& sql = table_sql_[table->name];
                          std::vector<std::string> options;
                          if (row.boolean(3)) options.push_back("strict");
                          if (row.boolean(2)) options.push_back("without rowid");
                          if (row.text(1) == "virtual") {
                              table->kind = TableKind::virtual_table;
                              options = {fmt::format("using {}", read_module(sql))};
                          } else if (read_create_table(sql).autoincrement) {
                              options.push_back("autoincrement");
                          }
                          table->options = join(options, ", ");
                      });
}

void CatalogReader::read_columns() {
    connection_.query(
        "select m.name, x.cid, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden "
        "from sqlite_schema m, pragma_table_xinfo(m.name, 'main') x "
        "where m.type = 'table' and m.sql not like 'create virtual%' order by m.name, x.cid",
        {}, [&](const Row& row) { add_column(row); });
}

/// One by one: a module that is not loaded here fails its own table only.
void CatalogReader::read_virtual_columns() {
    for (const auto& [name, table] : tables_) {
        if (table.kind != TableKind::virtual_table) continue;
        const std::vector<Value> params = {name};
        try {
            connection_.query(
                "select $1, cid, name, type, \"notnull\", dflt_value, pk, hidden "
                "from pragma_table_xinfo($1, 'main') where hidden = 0",
                params, [&](const Row& row) { add_column(row); });
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::sql) throw;
        }
    }
}

void CatalogReader::add_column(const Row& row) {
    Table* table = find(row.text(0));
    if (!table) return;
    Column column;
    column.name = row.string(2);
    column.type = row.string(3);
    column.nullable = !row.boolean(4);
    if (!row.is_null(5)) column.default_expression = row.string(5);
    column.generated = generated_kind(row.integer(7));
    column.position = static_cast<int>(table->columns.size()) + 1;
    table->columns.push_back(std::move(column));
    const auto key_position = row.integer(6);
    if (key_position == 0) return;
    auto& constraints = table->constraints;
    if (constraints.empty()) constraints.emplace_back().kind = ConstraintKind::primary_key;
    auto& columns = constraints.front().columns;
    columns.resize(std::max(columns.size(), static_cast<std::size_t>(key_position)));
    columns[static_cast<std::size_t>(key_position) - 1] = row.string(2);
}

void CatalogReader::read_foreign_keys() {
    // SQLite numbers the foreign keys of a table from the last one in its text to the first.
    connection_.query(
        "select m.name, f.id, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete "
        "from sqlite_schema m, pragma_foreign_key_list(m.name, 'main') f "
        "where m.type = 'table' order by m.name, f.id desc, f.seq",
        {}, [&, id = std::int64_t{-1}, last = std::string()](const Row& row) mutable {
            Table* table = find(row.text(0));
            if (!table) return;
            const bool is_new = id != row.integer(1) || last != table->name;
            id = row.integer(1);
            last = table->name;
            if (is_new) {
                auto& constraint = table->constraints.emplace_back();
                constraint.kind = ConstraintKind::foreign_key;
                constraint.referenced_table = row.string(2);
                for (const std::size_t action : {std::size_t{5}, std::size_t{6}}) {
                    if (row.text(action) == "NO ACTION") continue;
                    constraint.definition += fmt::format(
                        " on {} {}", action == 5 ? "update" : "delete", to_lower(row.text(action)));
                }
            }
            auto& constraint = table->constraints.back();
            constraint.columns.push_back(row.string(3));
            if (!row.is_null(4)) constraint.referenced_columns.push_back(row.string(4));
        });
}

void CatalogReader::read_rows(Table& table) {
    try {
        table.rows = connection_.query_integer(
            fmt::format("select count(*) from {}", quote_name(table.name)));
    } catch (const Error& error) {
        // A virtual table whose module is not loaded here: its rows stay unknown.
        if (error.kind() != ErrorKind::sql || table.kind != TableKind::virtual_table) throw;
    }
}

void CatalogReader::read_estimates() {
    const bool analysed = connection_.query_integer(
                              "select count(*) from sqlite_schema where name = 'sqlite_stat1'") > 0;
    if (!analysed) return;
    connection_.query("select tbl, max(cast(stat as integer)) from sqlite_stat1 group by tbl", {},
                      [&](const Row& row) {
                          if (Table* table = find(row.text(0))) table->rows = row.integer(1);
                      });
}

void CatalogReader::read_sizes() {
    std::map<std::string, std::int64_t, std::less<>> sizes;
    try {
        connection_.query("select name, pgsize from dbstat where aggregate = 1", {},
                          [&](const Row& row) { sizes[row.string(0)] = row.integer(1); });
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::sql) throw;  // a library without dbstat: sizes stay unknown
    }
    for (auto& [name, table] : tables_) {
        table.bytes = sizes[name];
        for (auto& index : table.indexes) {
            index.bytes = sizes[index.name];
            table.bytes += index.bytes;
        }
    }
}

}  // namespace keel::sqlite
