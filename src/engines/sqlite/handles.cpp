#include "engines/sqlite/handles.hpp"

#include <sqlite3.h>

namespace keel::sqlite {

void DatabaseCloser::operator()(sqlite3* database) const noexcept {
    sqlite3_close_v2(database);
}

void StatementFinalizer::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

void BackupFinisher::operator()(sqlite3_backup* backup) const noexcept {
    sqlite3_backup_finish(backup);
}

}  // namespace keel::sqlite
