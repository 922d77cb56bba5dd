#include "ops/backup/table_choice.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "ops/kit/table_patterns.hpp"
#include "ops/kit/table_report.hpp"

namespace keel {

namespace {

TablePatterns patterns_of(const OptionValues& options, EngineKind engine) {
    std::vector<std::string> patterns = options.list("table");
    for (const std::string& schema : options.list("schema")) {
        if (engine == EngineKind::sqlite) {
            throw Error(ErrorKind::usage, "a SQLite database has no schemas")
                .with_hint("name tables with --table; '*' stands for any characters");
        }
        patterns.push_back(schema + ".*");
    }
    return TablePatterns(std::move(patterns));
}

TableContent as_content(const TableName& table) {
    return {.schema = table.schema, .name = table.name};
}

}  // namespace

bool names_tables(const OptionValues& options) {
    return options.has("table") || options.has("schema");
}

std::vector<TableName> choose_tables(const OptionValues& options, EngineKind engine,
                                     const std::vector<TableName>& known, const Dialect& dialect) {
    const TablePatterns patterns = patterns_of(options, engine);
    std::vector<TableContent> candidates;
    for (const TableName& table : known) {
        if (!dialect.is_internal(table.schema, table.name)) candidates.push_back(as_content(table));
    }
    patterns.require_matches(candidates);
    std::vector<TableName> chosen;
    for (const TableContent& table : candidates) {
        if (patterns.matches(table.schema, table.name))
            chosen.push_back({table.schema, table.name});
    }
    return chosen;
}

std::string table_name(const TableName& table) {
    return table_name(as_content(table));
}

TableName parse_table_name(const std::string& text, const TableName& like) {
    const auto dot = text.find('.');
    if (like.schema.empty() || dot == std::string::npos) return {like.schema, text};
    return {text.substr(0, dot), text.substr(dot + 1)};
}

}  // namespace keel
