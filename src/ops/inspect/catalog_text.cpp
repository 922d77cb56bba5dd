#include "ops/inspect/catalog_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace keel {

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string qualified(std::string_view schema, std::string_view name, bool with_schema) {
    return with_schema && !schema.empty() ? fmt::format("{}.{}", schema, name) : std::string(name);
}

std::string rows_text(const Table& table, const CatalogFigures& figures) {
    if (!table.rows) return "?";
    return figures.rows_exact ? fmt::format("{}", *table.rows) : fmt::format("~{}", *table.rows);
}

std::string bytes_text(std::int64_t bytes, const CatalogFigures& figures) {
    return figures.sizes_known ? format_bytes(static_cast<std::uint64_t>(bytes)) : "?";
}

/// Definitions keep the line ends their author typed; a cell of a table has none.
std::string one_line(std::string_view text) {
    std::string line;
    for (const auto& part : split(text, '\n')) {
        const auto trimmed = trim(part);
        if (trimmed.empty()) continue;
        if (!line.empty()) line += ' ';
        line += trimmed;
    }
    return line;
}

std::string index_traits(const Index& index) {
    std::vector<std::string> traits;
    if (index.primary) traits.emplace_back("primary key");
    if (index.unique && !index.primary) traits.emplace_back("unique");
    if (!index.valid) traits.emplace_back("invalid");
    return join(traits, ", ");
}

std::string constraint_text(const Constraint& constraint) {
    const auto definition = one_line(constraint.definition);
    return constraint.validated ? definition : definition + " (not validated)";
}

/// Takes away the columns that are empty from top to bottom (SQLite's constraints have no names).
void drop_empty_columns(TextTable& table) {
    for (std::size_t column = table.header.size(); column-- > 0;) {
        const bool is_used =
            std::ranges::any_of(table.rows, [&](const auto& row) { return !row[column].empty(); });
        if (is_used) continue;
        const auto place = static_cast<std::ptrdiff_t>(column);
        table.header.erase(table.header.begin() + place);
        if (column < table.right_aligned.size()) {
            table.right_aligned.erase(table.right_aligned.begin() + place);
        }
        for (auto& row : table.rows) row.erase(row.begin() + place);
    }
}

/// A heading and a table, or one line when there is nothing to list.
void add_list(std::vector<Block>& blocks, std::string_view what, TextTable table) {
    if (table.rows.empty()) {
        blocks.emplace_back(Paragraph{fmt::format("No {}.", to_lower(what))});
        return;
    }
    drop_empty_columns(table);
    blocks.emplace_back(Paragraph{std::string(what)});
    blocks.emplace_back(std::move(table));
}

void add_tables(std::vector<Block>& blocks, const Catalog& catalog, bool with_schema,
                const CatalogFigures& figures) {
    TextTable list{.header = {"table", "kind", "rows", "size", "columns", "indexes"},
                   .rows = {},
                   .right_aligned = {false, false, true, true, true, true}};
    for (const auto& table : catalog.tables) {
        list.rows.push_back(
            {qualified(table.schema, table.name, with_schema), std::string(to_string(table.kind)),
             rows_text(table, figures), bytes_text(table.bytes, figures),
             fmt::format("{}", table.columns.size()), fmt::format("{}", table.indexes.size())});
    }
    add_list(blocks, "Tables", std::move(list));
}

Rows index_rows(const Table& table, const CatalogFigures& figures) {
    Rows rows;
    for (const auto& index : table.indexes) {
        rows.push_back({index.name, join(index.columns, ", "), index_traits(index),
                        bytes_text(index.bytes, figures)});
    }
    return rows;
}

Rows constraint_rows(const Table& table) {
    Rows rows;
    for (const auto& constraint : table.constraints) {
        rows.push_back({constraint.name, std::string(to_string(constraint.kind)),
                        constraint_text(constraint)});
    }
    return rows;
}

Rows trigger_rows(const std::vector<Trigger>& triggers) {
    Rows rows;
    for (const auto& trigger : triggers) {
        rows.push_back({trigger.name, trigger.enabled ? "enabled" : "disabled"});
    }
    return rows;
}

/// Appends `rows` with their owner's name before each.
void append(Rows& all, const std::string& owner, Rows rows) {
    for (auto& row : rows) {
        row.insert(row.begin(), owner);
        all.push_back(std::move(row));
    }
}

/// The rows of every table.
template <typename RowsOf>
Rows rows_of_all(const Catalog& catalog, bool with_schema, const RowsOf& rows_of) {
    Rows all;
    for (const auto& table : catalog.tables) {
        append(all, qualified(table.schema, table.name, with_schema), rows_of(table));
    }
    return all;
}

void add_triggers(std::vector<Block>& blocks, const Catalog& catalog, bool with_schema) {
    TextTable list{
        .header = {"table", "trigger", "state"},
        .rows = rows_of_all(catalog, with_schema,
                            [](const Table& table) { return trigger_rows(table.triggers); }),
        .right_aligned = {}};
    for (const auto& view : catalog.views) {
        append(list.rows, qualified(view.schema, view.name, with_schema),
               trigger_rows(view.triggers));
    }
    add_list(blocks, "Triggers", std::move(list));
}

void add_functions(std::vector<Block>& blocks, const Catalog& catalog, bool with_schema) {
    TextTable list{.header = {"function", "kind"}, .rows = {}, .right_aligned = {}};
    for (const auto& routine : catalog.routines) {
        list.rows.push_back(
            {qualified(routine.schema, routine.signature, with_schema), routine.kind});
    }
    add_list(blocks, "Functions", std::move(list));
}

void add_views(std::vector<Block>& blocks, const Catalog& catalog, bool with_schema) {
    TextTable list{.header = {"view", "kind"}, .rows = {}, .right_aligned = {}};
    for (const auto& view : catalog.views) {
        list.rows.push_back({qualified(view.schema, view.name, with_schema),
                             view.materialized ? "materialized view" : "view"});
    }
    add_list(blocks, "Views", std::move(list));
}

KeyValues table_overview(const Table& table, const CatalogFigures& figures) {
    KeyValues lines{{{"table", qualified(table.schema, table.name, true)},
                     {"kind", std::string(to_string(table.kind))},
                     {"rows", rows_text(table, figures)},
                     {"size", bytes_text(table.bytes, figures)}}};
    if (!table.options.empty()) lines.items.emplace_back("options", table.options);
    if (!table.comment.empty()) lines.items.emplace_back("comment", table.comment);
    return lines;
}

TextTable column_table(const Table& table) {
    TextTable list{
        .header = {"column", "type", "null", "default"}, .rows = {}, .right_aligned = {}};
    for (const auto& column : table.columns) {
        auto value = one_line(column.default_expression.value_or(""));
        if (!column.generated.empty()) {
            const auto blank = value.empty() ? "" : " ";
            value += fmt::format("{}(generated: {})", blank, column.generated);
        }
        list.rows.push_back({column.name, column.type, column.nullable ? "yes" : "no", value});
    }
    return list;
}

}  // namespace

std::vector<Block> catalog_lists(const Catalog& catalog, const CatalogSections& sections,
                                 const CatalogFigures& figures) {
    const bool with_schema = catalog.schemas.size() > 1;
    std::vector<Block> blocks;
    if (sections.tables) add_tables(blocks, catalog, with_schema, figures);
    if (sections.indexes) {
        const auto rows_of = [&](const Table& table) { return index_rows(table, figures); };
        add_list(blocks, "Indexes",
                 {.header = {"table", "index", "columns", "traits", "size"},
                  .rows = rows_of_all(catalog, with_schema, rows_of),
                  .right_aligned = {false, false, false, false, true}});
    }
    if (sections.constraints) {
        add_list(blocks, "Constraints",
                 {.header = {"table", "constraint", "kind", "definition"},
                  .rows = rows_of_all(catalog, with_schema, constraint_rows),
                  .right_aligned = {}});
    }
    if (sections.triggers) add_triggers(blocks, catalog, with_schema);
    if (sections.functions) add_functions(blocks, catalog, with_schema);
    if (sections.views) add_views(blocks, catalog, with_schema);
    return blocks;
}

std::vector<Block> table_details(const Table& table, const CatalogFigures& figures) {
    std::vector<Block> blocks{table_overview(table, figures)};
    add_list(blocks, "Columns", column_table(table));
    if (!table.indexes.empty()) {
        add_list(blocks, "Indexes",
                 {.header = {"index", "columns", "traits", "size"},
                  .rows = index_rows(table, figures),
                  .right_aligned = {false, false, false, true}});
    }
    if (!table.constraints.empty()) {
        add_list(blocks, "Constraints",
                 {.header = {"constraint", "kind", "definition"},
                  .rows = constraint_rows(table),
                  .right_aligned = {}});
    }
    if (!table.triggers.empty()) {
        add_list(blocks, "Triggers",
                 {.header = {"trigger", "state"},
                  .rows = trigger_rows(table.triggers),
                  .right_aligned = {}});
    }
    return blocks;
}

}  // namespace keel
