#include "ops/kit/table_report.hpp"

#include <fmt/format.h>

namespace keel {

std::string table_name(const TableContent& table) {
    const bool is_default =
        table.schema.empty() || table.schema == "public" || table.schema == "main";
    return is_default ? table.name : fmt::format("{}.{}", table.schema, table.name);
}

std::vector<TableContent> user_tables(const Dialect& dialect,
                                      std::span<const TableContent> tables) {
    std::vector<TableContent> users;
    for (const TableContent& table : tables) {
        if (!dialect.is_internal(table.schema, table.name)) users.push_back(table);
    }
    return users;
}

Json tables_json(std::span<const TableContent> tables) {
    Json json = Json::array();
    for (const TableContent& table : tables) {
        json.push_back(Json::object().set("name", table_name(table)).set("rows", table.rows));
    }
    return json;
}

std::string size_text(std::span<const TableContent> tables) {
    std::uint64_t rows = 0;
    for (const TableContent& table : tables) rows += table.rows;
    return fmt::format("{} tables, {} rows", tables.size(), rows);
}

}  // namespace keel
