#include "ops/migrate/content_state.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"

namespace keel {
namespace {

bool has_own_rows(const Table& table) {
    switch (table.kind) {
        case TableKind::table:
        case TableKind::partition:
            return true;
        case TableKind::partitioned:
        case TableKind::foreign:
        case TableKind::virtual_table:
            return false;
    }
    return false;
}

/// Generated columns follow from the others.
std::vector<std::string> columns_by_name(const Table& table) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        const bool is_computed = column.generated == "stored" || column.generated == "virtual";
        if (!is_computed) names.push_back(column.name);
    }
    std::ranges::sort(names);
    return names;
}

ContentState::TableContent content_of(Connection& connection, const Table& table,
                                      const Context& context) {
    const auto source = connection.copy_out(
        {.schema = table.schema, .table = table.name, .columns = columns_by_name(table)});
    RowDigest digest;
    for (auto row = source->next(); !row.empty(); row = source->next()) {
        context.check_cancelled("reading " + table.name);
        digest.add(row);
    }
    return {.rows = digest.rows(), .digest = digest.hex()};
}

}  // namespace

std::uint64_t ContentState::rows() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& [name, content] : tables) sum += content.rows;
    return sum;
}

ContentState read_content(Connection& connection, const Engine& engine, const Context& context) {
    ContentState state;
    state.schema = engine.inspector().fingerprint(connection);
    for (const Table& table : engine.inspector().inspect(connection, {}).tables) {
        if (!has_own_rows(table) || engine.dialect().is_internal(table.schema, table.name))
            continue;
        const std::string name =
            table.schema.empty() ? table.name : table.schema + "." + table.name;
        state.tables.emplace(name, content_of(connection, table, context));
    }
    return state;
}

std::vector<std::string> changed_tables(const ContentState& before, const ContentState& after) {
    std::vector<std::string> names;
    for (const auto& [name, content] : before.tables) {
        const auto found = after.tables.find(name);
        if (found == after.tables.end() || !(found->second == content)) names.push_back(name);
    }
    for (const auto& [name, content] : after.tables)
        if (!before.tables.contains(name)) names.push_back(name);
    return names;
}

}  // namespace keel
