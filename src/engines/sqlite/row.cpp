#include "engines/sqlite/row.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

namespace keel::sqlite {
namespace {

Blob blob_of(sqlite3_stmt* statement, int column) {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return data ? Blob(data, data + size) : Blob();
}

}  // namespace

StatementRow::StatementRow(sqlite3_stmt* statement)
    : statement_(statement),
      types_(static_cast<std::size_t>(sqlite3_column_count(statement)), std::int8_t{0}) {}

void StatementRow::moved() noexcept {
    std::ranges::fill(types_, std::int8_t{0});
}

std::string_view StatementRow::name(std::size_t column) const {
    const char* name = sqlite3_column_name(statement_, static_cast<int>(column));
    return name ? name : "";
}

int StatementRow::type(std::size_t column) const {
    if (column >= types_.size()) {
        throw Error(ErrorKind::internal,
                    fmt::format("column {} of a row of {}", column + 1, types_.size()));
    }
    auto& type = types_[column];
    if (type == 0) {
        type = static_cast<signed char>(sqlite3_column_type(statement_, static_cast<int>(column)));
    }
    return type;
}

bool StatementRow::is_null(std::size_t column) const {
    return type(column) == SQLITE_NULL;
}

std::string_view StatementRow::text(std::size_t column) const {
    const int index = static_cast<int>(column);
    const int kind = type(column);
    if (kind == SQLITE_NULL) return {};
    const void* data = kind == SQLITE_BLOB ? sqlite3_column_blob(statement_, index)
                                           : sqlite3_column_text(statement_, index);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, index));
    return data ? std::string_view(static_cast<const char*>(data), size) : std::string_view();
}

Value StatementRow::value(std::size_t column) const {
    const int index = static_cast<int>(column);
    switch (type(column)) {
        case SQLITE_INTEGER:
            return static_cast<std::int64_t>(sqlite3_column_int64(statement_, index));
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement_, index);
        case SQLITE_TEXT:
            return std::string(text(column));
        case SQLITE_BLOB:
            return blob_of(statement_, index);
        default:  // SQLITE_NULL: an int, not a closed set
            return std::monostate{};
    }
}

}  // namespace keel::sqlite
