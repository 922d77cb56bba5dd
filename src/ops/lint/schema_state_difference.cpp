#include <fmt/format.h>

#include <algorithm>

#include "ops/lint/schema_state.hpp"
#include "ops/lint/type_names.hpp"

namespace keel::lint {
namespace {

/// The first name that `left` has and `right` has not; empty when there is none.
template <typename List>
std::string only_in(const List& left, const List& right) {
    for (const auto& one : left) {
        const bool is_there =
            std::ranges::any_of(right, [&](const auto& other) { return other.name == one.name; });
        if (!one.name.empty() && !is_there) return one.name;
    }
    return "";
}

std::string column_difference(const TableState& now, const TableState& then) {
    const std::string table = now.name.text();
    for (const auto& column : now.columns) {
        const SqlColumn* old = then.column(column.name);
        if (old == nullptr) return fmt::format("column {}.{} is left", table, column.name);
        if (old->type != column.type)
            return fmt::format("column {}.{} is {}, and was {}", table, column.name,
                               spoken_type(column.type), spoken_type(old->type));
        if (old->not_null != column.not_null)
            return fmt::format("column {}.{} {} null", table, column.name,
                               column.not_null ? "may not be" : "may be");
    }
    const auto gone = only_in(then.columns, now.columns);
    return gone.empty() ? "" : fmt::format("column {}.{} does not come back", table, gone);
}

template <typename List>
std::string part_difference(std::string_view what, const List& now, const List& then) {
    if (const auto left = only_in(now, then); !left.empty())
        return fmt::format("{} {} is left", what, left);
    const auto gone = only_in(then, now);
    return gone.empty() ? "" : fmt::format("{} {} does not come back", what, gone);
}

std::string trigger_difference(const TableState& now, const TableState& then) {
    for (const auto& trigger : now.triggers)
        if (!then.triggers.contains(trigger)) return fmt::format("trigger {} is left", trigger);
    for (const auto& trigger : then.triggers)
        if (!now.triggers.contains(trigger))
            return fmt::format("trigger {} does not come back", trigger);
    return "";
}

std::string table_difference(const TableState& now, const TableState& then) {
    if (auto found = column_difference(now, then); !found.empty()) return found;
    if (auto found = part_difference("constraint", now.constraints, then.constraints);
        !found.empty())
        return found;
    if (auto found = part_difference("index", now.indexes, then.indexes); !found.empty())
        return found;
    return trigger_difference(now, then);
}

template <typename Map>
std::string name_difference(std::string_view what, const Map& now, const Map& then) {
    for (const auto& [name, value] : now)
        if (!then.contains(name)) return fmt::format("{} {} is left", what, name);
    for (const auto& [name, value] : then)
        if (!now.contains(name)) return fmt::format("{} {} does not come back", what, name);
    return "";
}

}  // namespace

std::string SchemaState::difference(const SchemaState& then) const {
    for (const auto& [name, table] : tables_) {
        const TableState* old = then.table(name);
        if (old == nullptr) return fmt::format("table {} is left", name.text());
        if (old == table.get() || !old->complete || !table->complete) continue;
        if (auto found = table_difference(*table, *old); !found.empty()) return found;
    }
    for (const auto& [name, table] : then.tables_)
        if (!tables_.contains(name)) return fmt::format("table {} does not come back", name.text());
    if (auto found = name_difference("view", names_.views, then.names_.views); !found.empty())
        return found;
    return name_difference("type", names_.enums, then.names_.enums);
}

}  // namespace keel::lint
