#include "db/connection.hpp"

#include <fmt/format.h>

namespace keel {

std::optional<std::string> Connection::query_text(std::string_view sql,
                                                  std::span<const Value> params) {
    std::optional<std::string> result;
    bool first = true;
    query(sql, params, [&](const Row& row) {
        if (first && row.size() > 0 && !row.is_null(0)) result = row.string(0);
        first = false;
    });
    return result;
}

std::int64_t Connection::query_integer(std::string_view sql, std::span<const Value> params) {
    std::optional<std::int64_t> result;
    query(sql, params, [&](const Row& row) {
        if (!result && row.size() > 0) result = row.integer(0);
    });
    if (!result) {
        throw Error(ErrorKind::not_found, fmt::format("the query gave no row: {}", sql));
    }
    return *result;
}

std::vector<std::vector<std::string>> Connection::query_rows(std::string_view sql,
                                                             std::span<const Value> params) {
    std::vector<std::vector<std::string>> rows;
    query(sql, params, [&](const Row& row) {
        auto& fields = rows.emplace_back();
        fields.reserve(row.size());
        for (std::size_t column = 0; column < row.size(); ++column) {
            fields.push_back(row.string(column));
        }
    });
    return rows;
}

}  // namespace keel
