#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

struct sqlite3;

namespace keel::sqlite {

/// "SQLITE_CONSTRAINT_UNIQUE": the name of an extended result code.
std::string code_name(int code);

/// The Error for `code`, which the last call on `database` returned while `sql` was prepared or
/// run.
Error make_error(sqlite3* database, int code, std::string_view sql);

}  // namespace keel::sqlite
