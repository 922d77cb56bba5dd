#include "engines/sqlite/parameters.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::sqlite {
namespace {

struct Binder {
    sqlite3_stmt* statement;
    int index;

    int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
    int operator()(bool value) const { return sqlite3_bind_int(statement, index, value ? 1 : 0); }
    int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
    int operator()(double value) const {
        if (std::isnan(value)) {
            throw Error(ErrorKind::invalid_input, "SQLite cannot hold the number NaN")
                .with_hint("use null instead");
        }
        return sqlite3_bind_double(statement, index, value);
    }
    int operator()(const std::string& value) const {
        return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
    }
    int operator()(const Blob& value) const {
        // An empty vector may have no data pointer, which SQLite would take for null.
        if (value.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
        return sqlite3_bind_blob64(statement, index, value.data(), value.size(), SQLITE_STATIC);
    }
};

/// The number that the parameter at SQLite's index `index` was written with.
std::size_t number_of(sqlite3_stmt* statement, int index) {
    const char* name = sqlite3_bind_parameter_name(statement, index);
    if (name == nullptr) return static_cast<std::size_t>(index);  // a plain ?
    const auto number = parse_unsigned(std::string_view(name).substr(1));
    if ((name[0] == '$' || name[0] == '?') && number && *number > 0) return *number;
    throw Error(ErrorKind::sql, fmt::format("parameters are $1, $2 …: '{}' is not one", name));
}

}  // namespace

void bind_value(Database& database, sqlite3_stmt* statement, int index, const Value& value) {
    const int code = std::visit(Binder{statement, index}, value);
    if (code != SQLITE_OK) database.fail(code, sqlite3_sql(statement));
}

void bind_parameters(Database& database, sqlite3_stmt* statement, std::span<const Value> params) {
    const int count = sqlite3_bind_parameter_count(statement);
    std::size_t highest = 0;
    for (int index = 1; index <= count; ++index) {
        const auto number = number_of(statement, index);
        highest = std::max(highest, number);
        if (number > params.size()) continue;
        bind_value(database, statement, index, params[number - 1]);
    }
    if (highest == params.size()) return;
    throw Error(ErrorKind::sql, fmt::format("the statement has {} parameters, {} values were given",
                                            highest, params.size()));
}

}  // namespace keel::sqlite
