#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.hpp"
#include "engines/sqlite/handles.hpp"

namespace keel::sqlite {

/// Appends the row on which `statement` stands, in one of COPY's forms (see CopySpec).
///
/// Binary is exact: an integer or real is its storage class and eight bytes in network order, a
/// text or blob its storage class and bytes. Text is PostgreSQL's, blobs as its \x… form: what a
/// field was is then known by the column's declared type only.
void append_row(sqlite3_stmt* statement, CopyFormat format, std::string& out);

/// One field of a row that comes in. `bytes` points into the row, or into `unescaped`.
struct CopyField {
    char storage = 'n';  ///< 'n' null, 'i', 'r', 't', 'b'
    std::string_view bytes;
    std::int64_t integer = 0;
    double real = 0;
    std::string unescaped;
};

/// Cuts a row into exactly `fields.size()` fields. All are 't' or 'n' in text format. Throws
/// ErrorKind::invalid_input for a row that is no such row.
void parse_row(std::string_view row, CopyFormat format, std::vector<CopyField>& fields);

}  // namespace keel::sqlite
