#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/schema_plan.hpp"
#include "engines/sqlite/schema_table.hpp"

namespace keel::sqlite {
namespace {

bool has_words(const std::string& definition, const char* words) {
    return (' ' + definition + ' ').find(fmt::format(" {} ", words)) != std::string::npos;
}

bool is_generated(const TableText::Column& column) {
    return has_words(column.definition, "as") &&
           column.definition.find("as (") != std::string::npos;
}

std::string literal(std::string_view text) {
    return fmt::format("'{}'", replace_all(text, "'", "''"));
}

/// Columns that both tables have and that hold values of their own, and the rowid where it would
/// else be given anew.
std::vector<std::string> columns_to_copy(const TableText& before, const TableText& after) {
    std::vector<std::string> names;
    const bool hidden_rowid = before.has_rowid() && after.has_rowid() &&
                              !before.has_rowid_column() && !after.has_rowid_column() &&
                              before.find("rowid") == nullptr && after.find("rowid") == nullptr;
    if (hidden_rowid) names.emplace_back("rowid");
    for (const auto& column : after.columns) {
        const auto* old = before.find(column.name);
        if (old == nullptr || is_generated(column)) continue;
        names.push_back(quote_name(column.name));
    }
    return names;
}

std::string lost_columns(const TableText& before, const TableText& after) {
    std::vector<std::string> lost;
    for (const auto& column : before.columns)
        if (after.find(column.name) == nullptr && !is_generated(column))
            lost.push_back(column.name);
    return join(lost, ", ");
}

std::string fails_where(const TableText& before, const TableText& after) {
    for (const auto& column : after.columns) {
        if (!has_words(column.definition, "not null")) continue;
        const auto* old = before.find(column.name);
        if (old == nullptr && !has_words(column.definition, "default"))
            return "fails where the table has rows";
        if (old != nullptr && !has_words(old->definition, "not null"))
            return fmt::format("fails where {} holds null", column.name);
    }
    return {};
}

bool counts(const std::string& create) {
    return mentions(words_of(create), "autoincrement");
}

}  // namespace

bool can_be_added(const std::string& definition) {
    for (const char* word : {"primary", "unique", "stored"})
        if (has_words(definition, word)) return false;
    if (definition.find("as (") != std::string::npos && !has_words(definition, "default"))
        return true;  // virtual
    const auto at = (' ' + definition).find(" default ");
    if (at == std::string::npos) return !has_words(definition, "not null");
    const auto value =
        std::string_view(definition).substr(at + std::string_view("default ").size());
    const bool is_null = value.starts_with("null");
    if (value.starts_with("(") || value.starts_with("current_")) return false;
    if (has_words(definition, "not null") && is_null) return false;
    return is_null || !has_words(definition, "references");
}

std::vector<SchemaStep> rebuild_statements(const SchemaObject& table, const SchemaObject& wanted) {
    const auto before = read_table_text(table.create);
    const auto after = read_table_text(wanted.create);
    const auto name = wanted.detail("name");
    const auto temporary = "keel_new_" + name;
    std::vector<SchemaStep> steps;
    const auto add = [&](std::string sql) -> SchemaStep& {
        steps.push_back({.sql = std::move(sql), .object = wanted.key()});
        return steps.back();
    };
    auto create = wanted.create;
    create.replace(after.name_offset, after.name_length, quote_name(temporary));
    add(std::move(create));
    const auto columns = columns_to_copy(before, after);
    const bool has_values =
        std::ranges::any_of(columns, [](const std::string& column) { return column != "rowid"; });
    if (has_values) {
        auto& copy = add(fmt::format("insert into {} ({}) select {} from {}", quote_name(temporary),
                                     join(columns, ", "), join(columns, ", "), quote_name(name)));
        copy.hazard = fails_where(before, after);
        copy.lock = "the whole database while the rows are copied";
    }
    if (counts(table.create) && counts(wanted.create)) {
        add(fmt::format("delete from sqlite_sequence where name = {}", literal(temporary)));
        add(
            fmt::format("insert into sqlite_sequence (name, seq) select {}, seq from "
                        "sqlite_sequence where name = {}",
                        literal(temporary), literal(table.detail("name"))));
    }
    auto& drop = add(fmt::format("drop table {}", quote_name(table.detail("name"))));
    const auto lost = lost_columns(before, after);
    drop.destructive = !lost.empty() || !has_values;
    if (!lost.empty()) drop.hazard = "loses what these columns hold: " + lost;
    add(fmt::format("alter table {} rename to {}", quote_name(temporary), quote_name(name)));
    return steps;
}

}  // namespace keel::sqlite
