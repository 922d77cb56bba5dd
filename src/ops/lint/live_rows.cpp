#include "ops/lint/live_rows.hpp"

#include <fmt/format.h>

namespace keel::lint {
namespace {

constexpr std::int64_t most_rows_to_read = 5'000'000;
constexpr int bound = 1000;

}  // namespace

std::string ConnectedRows::quoted(const SqlName& table) const {
    return table.schema.empty() ? dialect_.quote(table.name)
                                : dialect_.quote(table.schema, table.name);
}

std::optional<std::int64_t> ConnectedRows::ask(const SqlName& table, const std::string& inner) {
    const TableState* known = state_.table(table);
    const bool is_there = known != nullptr && known->made_in == made_before;
    if (!is_there || known->rows.value_or(0) > most_rows_to_read) return std::nullopt;
    try {
        return connection_.query_integer(
            fmt::format("select count(*) from ({} limit {}) as found", inner, bound));
    } catch (const Error& error) {
        // What cannot be asked (no permission, a column that comes with an earlier pending
        // migration) is not known; a stop is a stop.
        if (error.kind() == ErrorKind::cancelled) throw;
        return std::nullopt;
    }
}

std::optional<std::int64_t> ConnectedRows::count(const SqlName& table,
                                                 const std::string& condition) {
    return ask(table, fmt::format("select 1 from {} where {}", quoted(table), condition));
}

std::optional<std::int64_t> ConnectedRows::count_repeated(const SqlName& table,
                                                          const std::vector<std::string>& columns) {
    std::string list;
    std::string present;
    for (const auto& column : columns) {
        list += (list.empty() ? "" : ", ") + quote(column);
        present += (present.empty() ? "" : " and ") + quote(column) + " is not null";
    }
    return ask(table, fmt::format("select 1 from {} where {} group by {} having count(*) > 1",
                                  quoted(table), present, list));
}

}  // namespace keel::lint
