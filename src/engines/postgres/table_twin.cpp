#include "engines/postgres/table_twin.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/postgres/quote.hpp"

namespace keel::postgres {
namespace {

std::uint64_t position_of(const SchemaObject* column) {
    return parse_unsigned(column->detail("position")).value_or(0);
}

std::string column_text(const SchemaObject& column) {
    std::string text = column.detail("column") + ' ' + column.fact("type");
    if (const auto collation = column.fact("collation"); !collation.empty())
        text += " collate " + collation;
    if (const auto generated = column.fact("generated"); !generated.empty()) {
        const auto end = generated.rfind(' ');
        text += fmt::format(" generated always as ({}){}", generated.substr(0, end),
                            generated.substr(end));
    }
    if (!column.fact("not null").empty()) text += " not null";
    return text;
}

}  // namespace

std::vector<std::string> twin_statements(const SchemaModel& model, const std::string& key,
                                         const TableName& name) {
    std::vector<const SchemaObject*> columns;
    std::vector<std::string> constraints;
    for (const auto& [unused, object] : model.objects) {
        if (object.owner != key) continue;
        if (object.kind == "column") columns.push_back(&object);
        if (object.kind == "primary key" || object.kind == "check constraint")
            constraints.push_back(object.fact("definition"));
    }
    if (columns.empty())
        throw Error(ErrorKind::unsupported,
                    "the table cannot come back under another name: its columns are another "
                    "table's, or not known")
            .with_hint("restore it into another environment with --to");
    std::ranges::sort(columns, {}, position_of);
    std::vector<std::string> items;
    for (const auto* column : columns) items.push_back(column_text(*column));
    const auto quoted = quote_name(name.schema, name.name);
    std::vector<std::string> statements = {
        fmt::format("create table {} ({})", quoted, join(items, ", "))};
    for (const auto& constraint : constraints)
        statements.push_back(fmt::format("alter table {} add {}", quoted, constraint));
    return statements;
}

}  // namespace keel::postgres
